using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Base;

public sealed class SandboxCmdletTests
{
    [Fact]
    public void A_nonterminating_error_lets_the_cmdlet_go_on()
    {
        using var session = new ModuleRunspace(true, typeof(TestFixtureErrorCommand));
        ScriptResult result = session.Invoke("Test-FixtureError -Kind SecurityError");
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal("Fixture,REASON,Sandbox.Cmdlets.Tests.Base.TestFixtureErrorCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.SecurityError, error.CategoryInfo.Category);
        Assert.Equal("Do this.", error.ErrorDetails.RecommendedAction);
        Assert.Equal("target", error.TargetObject);
        Assert.Equal("went on", Assert.Single(result.Objects).BaseObject);
    }

    [Fact]
    public void A_terminating_error_ends_it()
    {
        using var session = new ModuleRunspace(true, typeof(TestFixtureErrorCommand));
        ScriptResult result = session.Invoke("Test-FixtureError -Kind NotInstalled -Terminating");
        Assert.Equal(ErrorCategory.NotInstalled, result.SingleError().CategoryInfo.Category);
        Assert.Empty(result.Objects);
    }

    [Fact]
    public void Stopping_the_pipeline_cancels_within_100_ms()
    {
        using var session = new ModuleRunspace(true, typeof(TestFixtureWaitCommand));
        using var cancelled = new ManualResetEventSlim();
        using var release = new CancellationTokenSource();
        using PowerShell shell = session.Create("param($c, $r) Test-FixtureWait -Cancelled $c -Block -Release $r", cancelled, release.Token);
        using var output = new PSDataCollection<PSObject>();
        using var first = new ManualResetEventSlim();
        output.DataAdded += (_, _) => first.Set();
        shell.BeginInvoke<PSObject, PSObject>(null, output);
        Assert.True(first.Wait(5000));
        shell.BeginStop(null, null);
        bool inTime = cancelled.Wait(100);
        // A cmdlet that no one cancels would keep the session's end from coming.
        release.Cancel();
        Assert.True(inTime);
    }

    [Fact]
    public void A_downstream_throw_cancels_though_it_never_calls_StopProcessing()
    {
        using var session = new ModuleRunspace(true, typeof(TestFixtureWaitCommand));
        using var cancelled = new ManualResetEventSlim();
        ScriptResult result = session.Invoke("param($c) Test-FixtureWait -Cancelled $c | ForEach-Object { throw 'enough' }", cancelled);
        Assert.NotNull(result.Thrown);
        Assert.True(cancelled.Wait(100));
    }

    [Theory]
    [InlineData("some/file", "some/file")]
    [InlineData("FileSystem::/etc/passwd", "/etc/passwd")]
    [InlineData("/etc/passwd", "/etc/passwd")]
    public void A_PowerShell_path_becomes_one_of_the_file_system(string path, string expected)
    {
        using var session = new ModuleRunspace(true, typeof(TestFixtureBindingCommand));
        string resolved = session.Invoke("param($p) Test-FixtureBinding -Path $p", path).Single<string>();
        Assert.Equal(Path.GetFullPath(expected), resolved);
    }

    [Theory]
    [InlineData("Env:PATH", "ResolvePath,NotFileSystem")]
    [InlineData("nodrive:x", "ResolvePath,DriveNotFound")]
    public void Another_path_is_an_error_that_names_the_parameter(string path, string id)
    {
        using var session = new ModuleRunspace(true, typeof(TestFixtureBindingCommand));
        ErrorRecord error = session.Invoke("param($p) Test-FixtureBinding -Path $p", path).SingleError();
        Assert.StartsWith(id, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("-Path", error.ErrorDetails.Message, StringComparison.Ordinal);
    }
}
