using System.Diagnostics;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Processes;

public sealed class WaitHardenedProcessTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_writes_each_when_its_tree_has_ended()
    {
        ScriptResult result = session.Invoke("1..3 | ForEach-Object { Start-HardenedProcess sh -ArgumentList '-c', \"sleep 0.1; exit $_\" } | Wait-HardenedProcess | ForEach-Object ExitCode").Succeeded();
        Assert.Equal([1, 2, 3], result.Objects.Select(o => o.BaseObject));
    }

    [Fact]
    public void The_time_limit_is_an_error_and_the_process_goes_on()
    {
        var process = session.Invoke("Start-HardenedProcess sleep -ArgumentList 60").Single<HardenedProcess>();
        try
        {
            ErrorRecord error = Assert.Single(session.Invoke("param($p) Wait-HardenedProcess -Id $p.Id -Timeout 100ms", process).Errors);
            Assert.Equal("Wait,ETIMEDOUT,Sandbox.Cmdlets.WaitHardenedProcessCommand", error.FullyQualifiedErrorId);
            Assert.Equal(ErrorCategory.OperationTimeout, error.CategoryInfo.Category);
            Assert.Same(process, error.TargetObject);
            Assert.False(process.HasExited);
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }

    [Fact]
    public void Ctrl_C_ends_the_waiting_and_not_the_process()
    {
        var process = session.Invoke("Start-HardenedProcess sleep -ArgumentList 60").Single<HardenedProcess>();
        try
        {
            using PowerShell shell = session.Create("param($p) $p | Wait-HardenedProcess", process);
            shell.BeginInvoke();
            Thread.Sleep(200);
            var watch = Stopwatch.StartNew();
            shell.Stop();
            Assert.InRange(watch.ElapsedMilliseconds, 0, 500);
            Assert.False(process.HasExited);
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }
}
