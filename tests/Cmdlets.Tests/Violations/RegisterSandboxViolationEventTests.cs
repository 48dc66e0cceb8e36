using System.Diagnostics;
using Sandbox.Cmdlets.Tests.Denials;

namespace Sandbox.Cmdlets.Tests.Violations;

[Collection("violations")]
public sealed class RegisterSandboxViolationEventTests : IDisposable
{
    private const string Late = "$p = Start-HardenedProcess sh -ArgumentList '-c', 'sleep 2; touch /usr/a; touch /usr/b; true'; ";
    private const string Done = "while (-not $p.HasExited) { [Threading.Thread]::Sleep(10) }; 1..100 | ForEach-Object { if (@($ExecutionContext.Events.ReceivedEvents).Count -lt 2) { [Threading.Thread]::Sleep(20) } }; ";

    private readonly ModuleRunspace session = new();

    public RegisterSandboxViolationEventTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "eBPF needs CAP_BPF and CAP_PERFMON");

    public void Dispose() => session.Dispose();

    [Fact]
    public void Each_violation_is_an_event_in_the_queue()
    {
        int before = Attached.Settled();
        ScriptResult result = session.Invoke(Late + "Register-SandboxViolationEvent $p -Errno EROFS -Category File -SourceIdentifier v -MessageData data; " + Done + "$events = @($ExecutionContext.Events.ReceivedEvents); $events[0].MessageData; $events[0].Sender.Session.Emitted; $events.SourceEventArgs.Violation.Path").Succeeded();
        Assert.Equal(["data", "2"], result.Objects.Take(2).Select(o => o.ToString()));
        // PowerShell hands them over by its thread pool, in any order.
        Assert.Equal(["/usr/a", "/usr/b"], result.Objects.Skip(2).Select(o => o.ToString()).Order());
        // It ends with the process, also where nobody unregisters it.
        Assert.Equal(before, Attached.Settled());
    }

    [Fact]
    public void An_action_runs_for_each()
    {
        ScriptResult result = session.Invoke(Late + "$job = Register-SandboxViolationEvent $p -Errno EROFS -SourceIdentifier v -Action { $EventArgs.Violation.Path }; " + Done + "1..20 | ForEach-Object { [Threading.Thread]::Sleep(10) }; Receive-Job $job").Succeeded();
        Assert.Equal(["/usr/a", "/usr/b"], result.Objects.Select(o => o.ToString()).Order());
    }

    [Fact]
    public void What_is_recorded_from_before_the_registration_comes_too()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess touch -ArgumentList /usr/a -RecordViolation -Wait; Register-SandboxViolationEvent $p -Errno EROFS -SourceIdentifier v; " + Done + "@($ExecutionContext.Events.ReceivedEvents).Count").Succeeded();
        Assert.Equal(1, result.Single<int>());
    }

    [Theory]
    [InlineData("$p")]
    [InlineData("-All")]
    public void Unregistering_ends_the_watch_at_once_and_leaves_nothing(string what)
    {
        int before = Attached.Settled();
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sleep -ArgumentList 60; Register-SandboxViolationEvent " + what + " -SourceIdentifier v; $s = @($ExecutionContext.Events.Subscribers)[0]; $feed = $s.SourceObject; $null -eq $feed.Session.EndTime; [Sandbox.Cmdlets.Tests.Violations.AttachedCount]::Now; [Threading.Thread]::Sleep(100); $w = [Diagnostics.Stopwatch]::StartNew(); $ExecutionContext.Events.UnsubscribeEvent($s); $w.ElapsedMilliseconds; $null -eq $feed.Session.EndTime; $null -eq $feed.Failure; $p.HasExited; $p | Stop-HardenedProcess -Force").Succeeded();
        Assert.Equal([true, false, true, false], result.Objects.Select(o => o.BaseObject).OfType<bool>());
        Assert.True((int)result.Objects[1].BaseObject > before, "the count doesn't see what is attached");
        Assert.InRange((long)result.Objects[2].BaseObject, 0, 100);
        Assert.Equal(before, Attached.Count());
        Assert.True(SpinWait.SpinUntil(() => !ThreadNames.OfSelf().Contains("Sandbox.WatchEv"), 100)); // comm keeps 15 bytes
    }

    [Fact]
    public void The_thread_has_a_name()
    {
        session.Invoke("$p = Start-HardenedProcess sleep -ArgumentList 60; Register-SandboxViolationEvent $p -SourceIdentifier v").Succeeded();
        bool named = ThreadNames.OfSelf().Contains("Sandbox.WatchEv");
        session.Invoke("@($ExecutionContext.Events.Subscribers) | ForEach-Object { $ExecutionContext.Events.UnsubscribeEvent($_) }; $p | Stop-HardenedProcess -Force").Succeeded();
        Assert.True(named);
    }

    [Fact]
    public void A_watch_that_can_not_work_registers_nothing()
    {
        int before = Attached.Settled();
        ScriptResult result = session.Invoke("try { Register-SandboxViolationEvent -All -Source Notify; 'went on' } catch { $_.FullyQualifiedErrorId }").Succeeded();
        Assert.StartsWith("WatchSandboxViolation,NOT_OURS", result.Single<string>());
        Assert.Equal(0, session.Invoke("@($ExecutionContext.Events.Subscribers).Count").Single<int>());
        Assert.Equal(before, Attached.Count());
    }

    [Fact]
    public void A_bad_errno_is_named() =>
        Assert.Contains("'EWHAT' is no errno", session.Invoke("Register-SandboxViolationEvent -All -Errno EWHAT").SingleError().ToString());

    [Fact]
    public void A_cgroup_is_watched()
    {
        using var group = new UnifiedGroup();
        ScriptResult result = session.Invoke(
            "param($d) $p = [Diagnostics.Process]::Start('sh', \"-c \"\"echo `$`$ > $d/cgroup.procs; sleep 2; cat /gone-inside 2>/dev/null\"\"\"); Register-SandboxViolationEvent -CgroupPath $d -Errno ENOENT -SourceIdentifier v; $p.WaitForExit(); [Threading.Thread]::Sleep(1000); " +
            "@($ExecutionContext.Events.ReceivedEvents.SourceEventArgs.Violation.Path) -contains '/gone-inside'; @($ExecutionContext.Events.Subscribers) | ForEach-Object { $ExecutionContext.Events.UnsubscribeEvent($_) }", group.Path).Succeeded();
        Assert.True(result.Single<bool>());
    }
}
