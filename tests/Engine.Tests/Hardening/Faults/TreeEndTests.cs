using System.Diagnostics;
using Sandbox.Runtime;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Hardening.Faults;

/// <summary>The end of a run is the end of its whole tree; whoever holds a pipe holds nobody up.</summary>
public sealed class TreeEndTests
{
    // A grandchild of another session that ignores every polite signal and holds stdout.
    private static string Holder(string marker) => $"trap '' TERM HUP INT; setsid sh -c 'trap \"\" TERM HUP; sleep {marker}' & (setsid sleep {marker} &); echo out; ";

    public static TheoryData<bool> Profiles => [true, false];

    private static HardeningProfile Profile(bool strict) => strict ? Sandboxed.Strict : Sandboxed.Standard;

    [Theory, MemberData(nameof(Profiles))]
    public void The_timeout_ends_grandchildren_that_hold_the_output(bool strict)
    {
        var marker = $"{4000 + Random.Shared.Next(100_000)}.25";
        var watch = Stopwatch.StartNew();
        var process = Sandboxed.Shell(Profile(strict) with { Timeout = 0.5 }, Holder(marker) + "sleep " + marker);
        Assert.True(process.TimedOut, Sandboxed.Describe(process));
        Assert.Equal("SIGKILL", process.Signal);
        Assert.InRange(watch.ElapsedMilliseconds, 450, 20_000);
        Assert.Equal("out\n", process.StandardOutput);
        Assert.Empty(ProcessState.WithCommandLine(marker));
    }

    [Theory, MemberData(nameof(Profiles))]
    public void The_targets_exit_ends_what_it_left_behind(bool strict)
    {
        var marker = $"{4000 + Random.Shared.Next(100_000)}.5";
        var watch = Stopwatch.StartNew();
        var process = Sandboxed.Shell(Profile(strict), Holder(marker) + "exit 3");
        Assert.Equal((3, false), (process.ExitCode, process.TimedOut));
        Assert.InRange(watch.ElapsedMilliseconds, 0, 20_000);
        Assert.Equal("out\n", process.StandardOutput);
        Assert.Empty(ProcessState.WithCommandLine(marker));
    }

    [Theory, MemberData(nameof(Profiles))]
    public void Stop_ends_a_target_that_ignores_signals_or_stopped_itself(bool strict)
    {
        foreach (var script in new[] { "trap '' TERM; echo ready; while :; do sleep 0.05; done", "echo ready; kill -STOP $$; sleep 100" })
        {
            var process = HardenedLauncher.Start(Sandboxed.Request(Profile(strict), "/bin/sh", "-c", script));
            Assert.True(ProcessState.Eventually(() => process.StandardOutput.Length > 0));
            // It says that it is ready before it stops itself.
            if (script.Contains("-STOP", StringComparison.Ordinal)) Assert.True(ProcessState.Eventually(() => File.ReadAllText($"/proc/{process.Id}/stat").Contains(") T ", StringComparison.Ordinal)));
            var watch = Stopwatch.StartNew();
            process.Stop(TimeSpan.FromMilliseconds(200));
            Assert.InRange(watch.ElapsedMilliseconds, 0, 20_000);
            Assert.Equal("SIGKILL", process.Signal);
            Assert.False(process.TimedOut);
        }
    }

    [Fact]
    public void A_pid_is_never_signalled_after_its_end()
    {
        var process = Sandboxed.Run(Sandboxed.Standard, "/bin/true");
        process.Stop(TimeSpan.FromSeconds(1));
        Assert.Equal((0, null), (process.ExitCode, process.Signal));
    }
}
