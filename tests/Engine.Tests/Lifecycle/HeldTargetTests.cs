using System.Diagnostics;
using System.Globalization;
using Sandbox.Runtime;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Lifecycle;

/// <summary>A target that the kernel holds back can't be ended now. Its reaper waits for it, at next to no cost, and nobody survives it.</summary>
public sealed class HeldTargetTests
{
    [Theory]
    [InlineData("Standard")]
    [InlineData("Strict")]
    public void The_end_of_the_host_ends_it_when_it_is_let_go(string profile)
    {
        var marker = $"{Random.Shared.Next(100_000, 999_999)}.25";
        using var host = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["host", "network", "hold", $$"""{ "extends": "{{profile}}", "name": "held" }""", $"setsid sleep {marker} & sleep {marker}; :"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            Assert.True(ProcessState.Eventually(() => Sleepers(marker).Length == 2));
            var target = ParentOf(Sleepers(marker)[0]);
            var reaper = ParentOf(target);
            using (new HeldProcess(target))
            {
                host.Kill();
                host.WaitForExit();
                Thread.Sleep(1000);
                var before = Switches(reaper);
                Thread.Sleep(2000);
                Assert.InRange(Switches(reaper) - before, 0, 50);
                Assert.Equal('D', State(target));
            }

            Assert.True(ProcessState.Eventually(() => Sleepers(marker).Length == 0), "survivors");
            Assert.True(ProcessState.Eventually(() => State(reaper) is 'Z' or ' '));
        }
        finally
        {
            if (!host.HasExited) host.Kill();
            foreach (var left in Sleepers(marker)) Process.GetProcessById(left).Kill();
        }
    }

    // What else is in the tree ends, and so does the wait for it.
    [Fact]
    public void A_stop_ends_everything_else_at_once()
    {
        var marker = $"{Random.Shared.Next(100_000, 999_999)}.75";
        var process = HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Standard, "/bin/sh", "-c", $"setsid sleep {marker} & (setsid sh -c 'sleep {marker}; :' &); sleep {marker}; :"));
        try
        {
            Assert.True(ProcessState.Eventually(() => Sleepers(marker).Length == 3));
            using (new HeldProcess(process.Id))
            {
                process.Stop(TimeSpan.Zero);
                Assert.Equal('D', State(process.Id));
                Assert.True(ProcessState.Eventually(() => Sleepers(marker).Length == 0), "survivors");
            }

            Assert.True(ProcessState.Eventually(() => State(process.Id) is 'Z' or ' '));
        }
        finally
        {
            foreach (var left in Sleepers(marker)) Process.GetProcessById(left).Kill();
        }
    }

    private static int[] Sleepers(string marker) => ProcessState.WithCommandLine($"sleep\0{marker}");

    private static int ParentOf(int pid) => int.Parse(Stat(pid)[1], CultureInfo.InvariantCulture);

    private static char State(int pid) => Stat(pid) is [{ Length: 1 } state, ..] ? state[0] : ' ';

    private static string[] Stat(int pid) => ProcessState.TryRead($"/proc/{pid}/stat").Split(") ")[^1].Split(' ');

    private static int Switches(int pid) => int.Parse(ProcessState.Status($"/proc/{pid}/status", "voluntary_ctxt_switches"), CultureInfo.InvariantCulture);
}
