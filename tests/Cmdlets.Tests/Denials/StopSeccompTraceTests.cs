namespace Sandbox.Cmdlets.Tests.Denials;

// One collection: it looks at the threads of recordings, and the other class makes some.
[Collection("recordings")]
public sealed class StopSeccompTraceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sandbox-trace-").FullName;
    private readonly ModuleRunspace session = new();

    public StopSeccompTraceTests() => session.Invoke($"$d = '{_directory}'; $p = Start-HardenedProcess sleep -ArgumentList 60 -Trace \"$d/whole\"").Succeeded();

    public void Dispose()
    {
        session.Invoke("$p | Stop-HardenedProcess -Force");
        session.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void It_stops_once_and_leaves_the_process_and_no_thread()
    {
        ScriptResult result = session.Invoke("$t = Start-SeccompTrace $p \"$d/part\"; $t.EndTime; $null = Stop-SeccompTrace $t; $end = $t.EndTime; $t = Stop-SeccompTrace $t; $t.EndTime -eq $end; $p.HasExited").Succeeded();
        Assert.Equal([null, true, false], result.Objects.Select(o => o?.BaseObject));
        Assert.True(SpinWait.SpinUntil(() => !ThreadNames.OfSelf().Contains("Sandbox.Trace"), 100)); // the kernel takes a moment to remove a joined thread
    }

    [Fact]
    public void WhatIf_stops_nothing()
    {
        ScriptResult result = session.Invoke("$t = Start-SeccompTrace $p \"$d/part\"; Stop-SeccompTrace $t -WhatIf; $null -eq $t.EndTime; $null = $t | Stop-SeccompTrace").Succeeded();
        Assert.True(result.Single<bool>());
    }
}
