using System.Diagnostics;
using System.Reflection;

namespace Sandbox.Repository.Tests.Tools;

/// <summary>tools/Shell as a caller sees it: exit code, standard output, standard error.</summary>
public sealed class ShellTests : IDisposable
{
    private static readonly string Program =
        typeof(ShellTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ShellProgram").Value!;

    private readonly MadeTree made = new();

    public void Dispose() => made.Dispose();

    [Theory]
    [InlineData("'hello'", 0, "hello\n")]
    [InlineData("'hello'; exit 7", 7, "hello\n")]
    [InlineData("sh -c 'exit 5'; $LASTEXITCODE", 0, "5\n")]
    [InlineData("sh -c 'exit 5'", 1, "")]
    [InlineData("Get-Nowhere", 1, "")]
    [InlineData("throw 'no'", 1, "")]
    [InlineData("if (", 1, "")]
    [InlineData("(Get-Module Sandbox).Name", 0, "Sandbox\n")]
    [InlineData("$Host.UI.RawUI.BufferSize.Width", 0, "120\n")]
    [InlineData("'hello' # said", 0, "hello\n")]
    public void A_command_ends_with_pwshs_exit_code(string command, int code, string output) =>
        Assert.Equal((code, output), Run("-Command", command) is var (c, o, _) ? (c, o) : default);

    [Theory]
    [InlineData("exit 3", 3)]
    [InlineData("sh -c 'exit 5'", 0)]
    [InlineData("sh -c 'exit 5'; exit 0", 0)]
    [InlineData("exit $args.Count", 0)]
    [InlineData("throw 'no'", 1)]
    [InlineData("sh -c 'exit 5'; exit $LASTEXITCODE", 5)]
    public void A_script_ends_with_pwshs_exit_code(string script, int code)
    {
        made.With("it's.ps1", script);
        Assert.Equal(code, Run("-File", made.PathOf("it's.ps1")).Code);
    }

    [Fact]
    public void Arguments_bind_by_name_and_position()
    {
        made.With("s.ps1", "param([string] $First, [switch] $On, [switch] $Off, [string] $Named) \"$First|$On|$Off|$Named|$($args -join ',')|$PSScriptRoot\"");
        (int code, string output, _) = Run("-File", made.PathOf("s.ps1"), "it's", "-On", "-Off:$false", "-Named", "$x y", "-5", "--", "rest");
        Assert.Equal(0, code);
        Assert.Equal($"it's|True|False|$x y|-5,--,rest|{Path.GetDirectoryName(made.PathOf("s.ps1"))}\n", output);
    }

    [Fact]
    public void Objects_are_formatted_without_colours_and_errors_go_to_standard_error()
    {
        (_, string output, string error) = Run("-Command", "[Sandbox.HardeningOutcome]; Get-Nowhere; [Console]::Error.Write('')");
        Assert.Contains("HardeningOutcome", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output + error);
        Assert.DoesNotContain("Get-Nowhere", output, StringComparison.Ordinal);
        Assert.Contains("The term 'Get-Nowhere' is not recognized", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-File", "/nonexistent.ps1")]
    [InlineData("-Nope", "1")]
    [InlineData("-Command")]
    public void A_wrong_command_line_is_refused(params string[] arguments)
    {
        (int code, _, string error) = Run(arguments);
        Assert.Equal(64, code);
        Assert.Contains(arguments[^1], error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_C_ends_the_pipeline()
    {
        using Process process = Start("-Command", "try { 'ready'; while ($true) { } } finally { 'cleaned' | Out-Host }");
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        using Process kill = Process.Start("kill", ["-INT", process.Id.ToString()]);
        Assert.True(process.WaitForExit(5000));
        Assert.Equal(130, process.ExitCode);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet", [Program, "-Module", StagedModule.Manifest, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
