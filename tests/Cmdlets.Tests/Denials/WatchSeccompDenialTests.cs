using System.Diagnostics;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Denials;

public sealed class WatchSeccompDenialTests : IDisposable
{
    private const string Refused = "$p = Start-HardenedProcess sh -ArgumentList '-c', 'mkdir /tmp/a /tmp/b; true' -DenySyscall mkdir; ";
    private const string Endless = "$p = Start-HardenedProcess sh -ArgumentList '-c', 'while :; do mkdir /tmp/a; sleep 0.02; done' -DenySyscall mkdir; ";

    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_streams_each_denial_until_the_process_ends()
    {
        ScriptResult result = session.Invoke(Refused + "Watch-SeccompDenial $p").Succeeded();
        SeccompDenial[] denials = [.. result.Objects.Select(o => Assert.IsType<SeccompDenial>(o.BaseObject))];
        Assert.Equal(["mkdir", "mkdir"], denials.Select(d => d.Syscall));
        Assert.All(denials, d =>
        {
            Assert.Equal(("Errno(EPERM)", SeccompDenialSource.Notify, SeccompDenialScope.Sandbox, "mkdir", 1L), (d.Action, d.Source, d.Scope, d.ProcessName, d.Count));
            Assert.EndsWith("/mkdir", d.Executable);
            Assert.Contains("-AllowSyscall mkdir", d.Suggestion);
        });
        Assert.Equal(["/tmp/a", "/tmp/b"], denials.Select(d => d.Path));
    }

    [Fact]
    public void It_begins_with_the_first_also_after_the_end()
    {
        ScriptResult result = session.Invoke(Refused + "$null = $p | Wait-HardenedProcess; 1..2 | ForEach-Object { ($p | Watch-SeccompDenial).Path }").Succeeded();
        Assert.Equal(["/tmp/a", "/tmp/b", "/tmp/a", "/tmp/b"], result.Objects.Select(o => o.ToString()));
    }

    [Fact]
    public void Several_processes_are_one_stream()
    {
        ScriptResult result = session.Invoke("$both = 'a', 'b' | ForEach-Object { Start-HardenedProcess sh -ArgumentList '-c', \"mkdir /tmp/$_; true\" -DenySyscall mkdir }; ($both | Watch-SeccompDenial).Path").Succeeded();
        Assert.Equal(["/tmp/a", "/tmp/b"], result.Objects.Select(o => o.ToString()).Order());
    }

    [Fact]
    public void A_denial_stops_the_run_that_it_belongs_to()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sh -ArgumentList '-c', 'sh -c \"mkdir /tmp/a; :\"; sleep 60; echo late' -DenySyscall mkdir; Watch-SeccompDenial -Process $p | Where-Object Syscall -in mkdir, mount | Stop-HardenedProcess; $p.HasExited; $p.StandardOutput").Succeeded();
        Assert.Equal([true, ""], result.Objects.Select(o => o.BaseObject));
    }

    [Fact]
    public void MaxCount_ends_it_and_Wait_awaits_the_process()
    {
        ScriptResult result = session.Invoke(Refused + "@(Watch-SeccompDenial $p -MaxCount 1 -Wait -SessionVariable s).Count; $p.HasExited; $s.Source; $s.Received; $s.Delivered; $s.Lost; $s.LossKnown").Succeeded();
        Assert.Equal([1, true, SeccompDenialSource.Notify, 2L, 1L, 0L, true], result.Objects.Select(o => o.BaseObject));
    }

    [Fact]
    public void Timeout_ends_it_without_an_error()
    {
        var watch = Stopwatch.StartNew();
        ScriptResult result = session.Invoke(Endless + "$n = @(Watch-SeccompDenial $p -Timeout 300ms).Count; $n -gt 1; $p.HasExited; $p | Stop-HardenedProcess -Force").Succeeded();
        Assert.InRange(watch.ElapsedMilliseconds, 300, 5000);
        Assert.Equal([true, false], result.Objects.Select(o => o.BaseObject));
    }

    [Fact]
    public void A_downstream_end_comes_at_once_and_leaves_the_process()
    {
        // The bound is for the module; a busy machine may take longer once, and not three times.
        ScriptResult result = Enumerable.Range(0, 3).Select(_ => session.Invoke(Endless + "$w = [Diagnostics.Stopwatch]::StartNew(); try { $p | Watch-SeccompDenial -SessionVariable s | ForEach-Object { $w.Restart(); throw 'enough' } } catch { $w.ElapsedMilliseconds }; $null -ne $s.EndTime; $p.HasExited; $p | Stop-HardenedProcess -Force").Succeeded()).MinBy(r => (long)r.Objects[0].BaseObject)!;
        Assert.InRange((long)result.Objects[0].BaseObject, 0, 100);
        Assert.Equal([true, false], result.Objects.Skip(1).Select(o => o.BaseObject));
    }

    [Fact]
    public void Ctrl_C_ends_it_at_once_and_leaves_the_process()
    {
        var process = session.Invoke("Start-HardenedProcess sleep -ArgumentList 60").Single<HardenedProcess>();
        try
        {
            using PowerShell shell = session.Create("param($p) $p | Watch-SeccompDenial", process);
            shell.BeginInvoke();
            Thread.Sleep(300);
            var watch = Stopwatch.StartNew();
            shell.Stop();
            Assert.InRange(watch.ElapsedMilliseconds, 0, 100);
            Assert.False(process.HasExited);
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }

    [Fact]
    public void A_process_without_a_filter_is_an_error_and_not_silence()
    {
        ErrorRecord error = session.Invoke("$p = Start-HardenedProcess true -Profile @{ Name = 'bare' } -Wait; Watch-SeccompDenial $p -Source Notify").SingleError();
        Assert.StartsWith("WatchSeccompDenial,NO_FILTER", error.FullyQualifiedErrorId);
        Assert.Contains("-SeccompPolicy", error.ErrorDetails.RecommendedAction);
    }
}
