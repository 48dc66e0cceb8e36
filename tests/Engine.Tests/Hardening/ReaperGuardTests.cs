using Sandbox.Hardening;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Hardening;

/// <summary>Without a pid namespace the reaper is a process that the target could signal.</summary>
public sealed class ReaperGuardTests
{
    [Fact]
    public void A_target_cannot_kill_its_reaper()
    {
        if (LandlockAbi.Kernel < 6) Assert.Skip($"Landlock ABI {LandlockAbi.Kernel} has no signal scope");
        var process = Sandboxed.Shell(Sandboxed.Standard, "kill -9 $PPID; echo $?; sleep 0.1 & kill -9 $!; echo $?; exit 7");
        Assert.Equal("1\n0\n", process.StandardOutput); // the reaper is outside, a child isn't
        Assert.Equal(7, process.ExitCode);
        Assert.Equal(OutcomeStatus.Applied, Sandboxed.Row(process.Outcome, "reaper_guard").Status);
    }

    [Fact]
    public void A_reaper_that_somebody_else_kills_takes_the_target_along_and_no_status_is_made_up()
    {
        var process = Sandbox.Runtime.HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Standard, "/bin/sh", "-c", "exec sleep 57.25"));
        var reaper = int.Parse(File.ReadAllText($"/proc/{process.Id}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        using (var killed = System.Diagnostics.Process.GetProcessById(reaper)) killed.Kill();
        Assert.True(process.Wait(TimeSpan.FromSeconds(10)));
        Assert.False(Directory.Exists($"/proc/{process.Id}") && File.ReadAllText($"/proc/{process.Id}/stat").Split(')')[^1].TrimStart()[0] != 'Z');
        Assert.Null(process.ExitCode);
        Assert.Equal("SIGKILL", process.Signal); // it is what we sent
    }
}
