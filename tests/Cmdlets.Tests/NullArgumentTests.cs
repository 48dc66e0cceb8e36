using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests;

/// <summary>
/// A null is never "not given": <c>-Profile (Import-HardeningProfile ./missing.json)</c> would run under another profile than the one
/// that was asked for, and <c>-Timeout $unset</c> without an end.
/// </summary>
public sealed class NullArgumentTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    public static TheoryData<string> Parameters()
    {
        using var session = new ModuleRunspace();
        IEnumerable<string> names = session.Invoke("""
            $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
            (Get-Command Start-HardenedProcess).Parameters.Values | Where-Object { $_.Name -notin $common -and -not $_.SwitchParameter } | ForEach-Object Name
            """).Succeeded().Objects.Select(o => o.ToString()!);
        return [.. names.Except(["InputObject"])];
    }

    [Theory]
    [MemberData(nameof(Parameters))]
    public void Starting_with_a_null_starts_nothing(string parameter)
    {
        string program = parameter == "FilePath" ? "" : "true";
        ErrorRecord error = session.Invoke($"Start-HardenedProcess {program} -{parameter} $null").SingleError();
        Assert.StartsWith("ParameterArgumentValidationError", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Test-SeccompPolicy strict -Prove -Program $null")]
    [InlineData("Test-SeccompPolicy strict read -Action $null")]
    [InlineData("Get-SeccompFilter 1 -Policy $null")]
    [InlineData("New-SeccompPolicy -Policy $null")]
    [InlineData("New-HardeningProfile Mine -Identity $null")]
    [InlineData("Get-HardenedProcess -Id $null")]
    [InlineData("Watch-SeccompDenial -Process 1 -Timeout $null")]
    [InlineData("New-SeccompPolicy -FromTrace $null")]
    public void So_is_it_elsewhere(string script) =>
        Assert.StartsWith("ParameterArgumentValidationError", session.Invoke(script).SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);

    /// <summary>Every parameter that can hold a null refuses it, is mandatory (PowerShell refuses it then), or says that it takes it.</summary>
    [Fact]
    public void Every_parameter_says_what_a_null_is()
    {
        IEnumerable<CommandInfo> commands = session.Invoke("Get-Command -Module Sandbox").Succeeded().Objects.Select(o => (CommandInfo)o.BaseObject);
        string[] silent = [.. commands.SelectMany(c => c.Parameters.Values.Where(p => IsOurs(c, p) && IsSilent(p)).Select(p => $"{c.Name} -{p.Name}"))];
        Assert.Empty(silent);
    }

    // PowerShell's own, of the base of event subscriptions, mean by a null what they do elsewhere.
    private static bool IsOurs(CommandInfo command, ParameterMetadata parameter) =>
        ((CmdletInfo)command).ImplementingType.GetProperty(parameter.Name)?.DeclaringType?.Assembly != typeof(Cmdlet).Assembly;

    private static bool IsSilent(ParameterMetadata parameter)
    {
        if (Cmdlet.CommonParameters.Contains(parameter.Name) || Cmdlet.OptionalCommonParameters.Contains(parameter.Name)) return false;
        if (parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null) return false;
        return !parameter.Attributes.Any(a => a is ValidateNotNullAttribute or ValidateNotNullOrEmptyAttribute or ValidateRangeAttribute or ValidateSetAttribute
            or AllowNullAttribute or AllowEmptyStringAttribute or ParameterAttribute { Mandatory: true });
    }
}
