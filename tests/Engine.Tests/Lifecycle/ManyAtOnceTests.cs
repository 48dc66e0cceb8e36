using Sandbox.Runtime;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Lifecycle;

[Collection(ProcessStateCollection.Name)]
public sealed class ManyAtOnceTests
{
    [Fact]
    public void A_hundred_run_at_once_each_apart_from_the_others()
    {
        var children = ProcessState.Children();
        var processes = Enumerable.Range(0, 100).Select(i => HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Strict, "/bin/sh", "-c", $"read x; exit {i}"))).ToArray();
        try
        {
            // They read the null device and end at once; a second hundred sleeps.
            Assert.All(processes, p => Assert.True(p.Wait(Sandboxed.Patience)));
            Assert.Equal(Enumerable.Range(0, 100), processes.Select(p => p.ExitCode!.Value));
            var sleepers = Enumerable.Range(0, 100).Select(_ => HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Strict, "/bin/sleep", "1000"))).ToArray();
            processes = sleepers;
            Assert.All(sleepers, p => Assert.False(p.HasExited));
            var namespaces = sleepers.SelectMany(p => new[] { "pid", "mnt", "net", "ipc", "uts" }.Select(n => new FileInfo($"/proc/{p.Id}/ns/{n}").LinkTarget)).ToArray();
            Assert.Equal(500, namespaces.Distinct().Count());
            // One thread serves them all.
            Assert.Single(ProcessState.ThreadNames(), n => n == "Sandbox.EventLo");
        }
        finally
        {
            foreach (var process in processes) process.Stop(TimeSpan.Zero);
        }

        Assert.All(processes, p => Assert.True(p.HasExited));
        Assert.True(ProcessState.Eventually(ProcessState.NoEventLoop));
        Assert.Empty(ProcessState.Children().Except(children));
    }
}
