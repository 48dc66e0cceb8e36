using Sandbox.Seccomp;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Hardening.Faults;

/// <summary>A refused call, a time limit, a signal and an own exit are told apart, and the refused call is named.</summary>
public sealed class EndingCauseTests
{
    [Fact]
    public void A_refused_call_is_named_with_its_count_and_answer()
    {
        var process = Sandboxed.Run(Sandboxed.Strict with { DenySyscalls = ["uname"] }, "/usr/bin/perl", "-e", "require POSIX; for (1..3) { POSIX::uname() } print 'on'");
        Assert.Equal("on", Sandboxed.Output(process));
        var denial = Assert.Single(process.Denials, d => d.Syscall == "uname");
        Assert.Equal((63, "Errno(EPERM)", 3L), (denial.Number, denial.Action, denial.Count));
    }

    [Fact]
    public void A_call_that_the_policy_kills_for_is_named()
    {
        var policy = BuiltInPolicies.Get("strict");
        policy = policy.Copy(rules: policy.Rules.Append(new(["uname"], SeccompAction.KillProcess)));
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/uname") with { SeccompPolicy = policy });
        Assert.NotNull(process.Signal);
        Assert.Null(process.ExitCode);
        Assert.Contains(process.Denials, d => d.Syscall == "uname" && d.Action.Contains("Kill", StringComparison.Ordinal));
    }

    [Fact]
    public void Signals_limits_and_exits_differ()
    {
        Assert.Equal((null, "SIGSEGV", false), Cause(Sandboxed.Shell(Sandboxed.Strict, "kill -SEGV $$")));
        Assert.Equal((null, "SIGSYS", false), Cause(Sandboxed.Shell(Sandboxed.Strict, "kill -SYS $$")));
        Assert.Equal((139, null, false), Cause(Sandboxed.Shell(Sandboxed.Strict, "exit 139")));
        Assert.Equal((null, "SIGKILL", true), Cause(Sandboxed.Shell(Sandboxed.Strict with { Timeout = 0.2 }, "sleep 60")));
        var limited = Sandboxed.Strict with { ResourceLimits = new Dictionary<string, string> { ["cpu"] = "1" } };
        Assert.Contains(Cause(Sandboxed.Shell(limited, "while :; do :; done")), new (int?, string?, bool)[] { (null, "SIGXCPU", false), (null, "SIGKILL", false) });
    }

    private static (int? Code, string? Signal, bool TimedOut) Cause(HardenedProcess process)
    {
        Assert.False(process.OutOfMemory);
        return (process.ExitCode, process.Signal, process.TimedOut);
    }
}
