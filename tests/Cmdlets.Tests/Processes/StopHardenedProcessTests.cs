using System.Diagnostics;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Processes;

public sealed class StopHardenedProcessTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("$p | Stop-HardenedProcess -PassThru", "SIGTERM")]
    [InlineData("Stop-HardenedProcess $p -Signal INT -PassThru", "SIGINT")]
    [InlineData("Stop-HardenedProcess -Id $p.Id -Force -PassThru", "SIGKILL")]
    [InlineData("[pscustomobject]@{ ProcessId = $p.Id } | Stop-HardenedProcess -PassThru", "SIGTERM")]
    public void It_ends_the_process_however_it_is_named(string stop, string signal) =>
        Assert.Equal(signal, session.Invoke("$p = Start-HardenedProcess sleep -ArgumentList 60; " + stop).Single<HardenedProcess>().Signal);

    [Fact]
    public void After_the_grace_period_the_whole_tree_is_killed()
    {
        string marker = Survivors.Marker();
        var process = session.Invoke("param($m) Start-HardenedProcess sh -ArgumentList '-c', \"trap '' TERM; setsid sleep $m & echo ready; sleep $m; sleep $m\"", marker).Single<HardenedProcess>();
        Survivors.WaitFor(marker, 2);
        var watch = Stopwatch.StartNew();
        session.Invoke("param($p) $p | Stop-HardenedProcess -GracePeriod 300ms", process).Succeeded();
        Assert.InRange(watch.ElapsedMilliseconds, 300, 2500);
        Assert.Equal("SIGKILL", process.Signal);
        Assert.Equal(0, Survivors.Count(marker));
    }

    [Fact]
    public void A_program_that_ends_in_order_is_let()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sh -ArgumentList '-c', 'trap \"echo bye; exit 4\" TERM; echo ready; while :; do sleep 0.05; done'; $null = $p | Receive-HardenedProcessOutput -MaxCount 1; $p | Stop-HardenedProcess -PassThru");
        var process = result.Single<HardenedProcess>();
        Assert.Equal((4, "ready\nbye\n"), (process.ExitCode, process.StandardOutput));
    }

    [Fact]
    public void One_that_has_ended_is_no_error() => session.Invoke("Start-HardenedProcess true -Wait | Stop-HardenedProcess").Succeeded();

    [Fact]
    public void WhatIf_ends_nothing()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sleep -ArgumentList 60; $p | Stop-HardenedProcess -WhatIf; $p.HasExited; $p | Stop-HardenedProcess -Force");
        Assert.False(result.Single<bool>());
    }

    [Fact]
    public void A_process_of_the_machine_is_none_of_ours()
    {
        ErrorRecord error = session.Invoke("Stop-HardenedProcess -Id 1").SingleError();
        Assert.Contains("No hardened process of this session has the id 1", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_signal_is_an_error_with_a_remedy()
    {
        ErrorRecord error = session.Invoke("$p = Start-HardenedProcess sleep -ArgumentList 60; try { $p | Stop-HardenedProcess -Signal SIGNOPE } finally { $p | Stop-HardenedProcess -Force }").SingleError();
        Assert.StartsWith("Signal,EINVAL", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("signal(7)", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Running_ones_complete_by_id_and_name()
    {
        var process = session.Invoke("Start-HardenedProcess sleep -ArgumentList 61").Single<HardenedProcess>();
        try
        {
            CompletionResult match = session.Complete("Stop-HardenedProcess -Process ").Single(m => m.CompletionText == $"{process.Id}");
            Assert.Contains("sleep 61", match.ToolTip, StringComparison.Ordinal);
            Assert.Contains(session.Complete("Stop-HardenedProcess slee"), m => m.CompletionText == $"{process.Id}");
            Assert.DoesNotContain(session.Complete("Stop-HardenedProcess other"), m => m.CompletionText == $"{process.Id}");
            Assert.Contains("sleep 61", session.Complete("Get-HardenedProcess slee").Single(m => m.CompletionText == "sleep").ToolTip, StringComparison.Ordinal);
            Assert.Contains(session.Complete("Stop-HardenedProcess -Process 1 -Signal SIGUSR"), m => m.CompletionText == "SIGUSR1");
            Assert.Contains(session.Complete("Stop-HardenedProcess -Process 1 -Signal usr1"), m => m.CompletionText == "SIGUSR1");
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }
}
