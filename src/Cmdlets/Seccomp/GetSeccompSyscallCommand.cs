using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Lists system calls.</summary>
[Cmdlet(VerbsCommon.Get, "SeccompSyscall", DefaultParameterSetName = "Name")]
[OutputType(typeof(SeccompSyscall))]
public sealed class GetSeccompSyscallCommand : SandboxCmdlet
{
    /// <summary>Names; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Name")]
    [ValidateNotNull]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SyscallCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Numbers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Number")]
    public uint[] Number { get; set; } = [];

    /// <summary>The architectures; this machine's if not given.</summary>
    [Parameter]
    [ValidateNotNull]
    public SeccompArchitecture[] Architecture { get; set; } = [SeccompArchitectures.Native];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var architecture in Architecture)
        {
            var all = SeccompSyscall.All(architecture);
            if (ParameterSetName == "Number") foreach (uint number in Number) Write(all.Where(call => call.Number == number), number.ToString(System.Globalization.CultureInfo.InvariantCulture), architecture);
            else foreach (string name in Name) Write(Find(all, name), name, architecture);
        }
    }

    private static IEnumerable<SeccompSyscall> Find(IReadOnlyList<SeccompSyscall> all, string name)
    {
        if (name.StartsWith('@')) return all.Where(call => call.Sets.Contains(name));
        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        return all.Where(call => pattern.IsMatch(call.Name));
    }

    private void Write(IEnumerable<SeccompSyscall> calls, string asked, SeccompArchitecture architecture)
    {
        var found = calls.ToArray();
        WriteObject(found, enumerateCollection: true);
        if (found.Length > 0 || WildcardPattern.ContainsWildcardCharacters(asked)) return;
        string? near = NearestName.Find(asked, SyscallTable.AllNames);
        WriteSandboxError(new("GetSeccompSyscall,NOT_FOUND", SandboxErrorKind.ObjectNotFound,
            $"{SeccompArchitectures.Name(architecture)} has no system call '{asked}'.{(near is null || near == asked ? "" : $" Did you mean '{near}'?")}", "Get-SeccompSyscall without -Name lists all."), asked);
    }
}
