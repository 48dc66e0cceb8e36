namespace Sandbox.Cmdlets.Tests.Denials;

public sealed class RegisterSeccompDenialEventTests : IDisposable
{
    private const string Late = "$p = Start-HardenedProcess sh -ArgumentList '-c', 'sleep 1.5; mkdir /tmp/a; mkdir /tmp/b; true' -DenySyscall mkdir; ";
    private const string Done = "while (-not $p.HasExited) { [Threading.Thread]::Sleep(10) }; 1..100 | ForEach-Object { if (@($ExecutionContext.Events.ReceivedEvents).Count -lt 2) { [Threading.Thread]::Sleep(20) } }; ";

    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Each_denial_is_an_event_in_the_queue()
    {
        ScriptResult result = session.Invoke(Late + "Register-SeccompDenialEvent $p -SourceIdentifier d -MessageData data; " + Done + "$events = @($ExecutionContext.Events.ReceivedEvents); $events[0].MessageData; $events[0].Sender.Session.Received; $events.SourceEventArgs.Denial.Path").Succeeded();
        Assert.Equal(["data", "2"], result.Objects.Take(2).Select(o => o.ToString()));
        // PowerShell hands them over by its thread pool, in any order.
        Assert.Equal(["/tmp/a", "/tmp/b"], result.Objects.Skip(2).Select(o => o.ToString()).Order());
    }

    [Fact]
    public void Denials_from_before_the_registration_come_too()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess mkdir -ArgumentList /tmp/a -DenySyscall mkdir -Wait; Register-SeccompDenialEvent $p -SourceIdentifier d; " + Done + "@($ExecutionContext.Events.ReceivedEvents).Count").Succeeded();
        Assert.Equal(1, result.Single<int>());
    }

    [Fact]
    public void Unregistering_ends_the_watch_and_leaves_no_thread()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sleep -ArgumentList 60; Register-SeccompDenialEvent $p -SourceIdentifier d; $s = @($ExecutionContext.Events.Subscribers)[0]; $feed = $s.SourceObject; $null -eq $feed.Session.EndTime; $ExecutionContext.Events.UnsubscribeEvent($s); $null -eq $feed.Session.EndTime; $p.HasExited; $p | Stop-HardenedProcess -Force").Succeeded();
        Assert.Equal([true, false, false], result.Objects.Select(o => o.BaseObject));
        Assert.True(SpinWait.SpinUntil(() => !ThreadNames.OfSelf().Contains("Sandbox.DenialE"), 100)); // comm keeps 15 bytes
    }

    [Fact]
    public void A_watch_that_can_not_work_registers_nothing()
    {
        var error = session.Invoke("$p = Start-HardenedProcess true -Profile @{ Name = 'bare' } -Wait; Register-SeccompDenialEvent $p -Source Notify").SingleError();
        Assert.StartsWith("WatchSeccompDenial,NO_FILTER", error.FullyQualifiedErrorId);
        Assert.Equal(0, session.Invoke("@($ExecutionContext.Events.Subscribers).Count").Single<int>());
    }
}
