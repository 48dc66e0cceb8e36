using System.Globalization;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Hardening.Faults;

/// <summary>unshare(CLONE_NEWPID) alone leaves the target where it was, and after its first child every fork fails (pid_namespaces(7)).</summary>
public sealed class PidNamespaceTests
{
    [Fact]
    public void The_target_is_in_it_and_forks_again_and_again()
    {
        const string Program = """
            import os
            codes = []
            for i in range(50):
                p = os.fork()
                if p == 0: os._exit(i)
                codes.append(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]))
            assert codes == list(range(50)), codes
            print(os.getpid(), os.getppid(), os.readlink('/proc/self/ns/pid'), os.readlink('/proc/self/ns/pid_for_children'))
            """;
        var words = Sandboxed.Output(Sandboxed.Run(Sandboxed.Strict, "/usr/bin/python3", "-c", Program)).Trim().Split(' ');
        Assert.Equal(["2", "1"], words[..2]);
        Assert.NotEqual(new FileInfo("/proc/self/ns/pid").LinkTarget, words[2]);
        Assert.Equal(words[2], words[3]);
    }

    [Fact]
    public void It_sees_only_its_own_processes()
    {
        var seen = Sandboxed.Output(Sandboxed.Run(Sandboxed.Strict, "/bin/ls", "/proc")).Split('\n').Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n, CultureInfo.InvariantCulture));
        Assert.All(seen, pid => Assert.InRange(pid, 1, 4));
    }

    [Fact]
    public void The_target_is_no_pid_1_that_ignores_its_signals()
    {
        var process = Sandbox.Runtime.HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Strict, "/bin/sleep", "100"));
        process.Stop(TimeSpan.FromSeconds(20));
        Assert.Equal("SIGTERM", process.Signal);
    }

    [Fact]
    public void However_short_its_plan_PID_1_is_known_before_the_target_is_ready()
    {
        var profile = new HardeningProfile { Name = "short", Namespaces = NamespaceKinds.Pid | NamespaceKinds.User };
        for (var i = 0; i < 100; i++)
        {
            var process = Sandbox.Runtime.HardenedLauncher.Start(Sandboxed.Request(profile, "/bin/sleep", "100"));
            Assert.False(process.Wait(TimeSpan.FromMilliseconds(2)), Sandboxed.Describe(process));
            process.Stop(TimeSpan.FromSeconds(20));
            Assert.Equal(("SIGTERM", true), (process.Signal, process.Usage is not null));
        }
    }
}
