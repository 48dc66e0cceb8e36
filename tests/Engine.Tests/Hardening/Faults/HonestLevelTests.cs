using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Native;
using Sandbox.Runtime;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Hardening.Faults;

/// <summary>A primitive that was skipped or failed is never counted as in force.</summary>
public sealed class HonestLevelTests
{
    [Theory, InlineData("seccomp", "seccomp"), InlineData("no_new_privs", "prctl"), InlineData("landlock", "landlock_restrict_self"), InlineData("rlimit_nofile", "prlimit64"), InlineData("capability_bounding_set", "prctl")]
    public void Strict_without_one_is_partial_and_names_it(string row, string call)
    {
        var prepared = PreparedLaunch.Create(Sandboxed.Request(Sandboxed.Strict with { FailClosed = false }, "/bin/true"));
        prepared.Plan.Steps.First(s => s.Row == row && s.Call.Name == call).Inject = Errno.EPERM;
        var process = Sandboxed.End(HardenedLauncher.Start(prepared));
        Assert.Equal(HardeningLevel.Partial, process.Level);
        var outcome = Sandboxed.Row(process.Outcome, row);
        Assert.Equal((OutcomeStatus.Failed, Errno.EPERM, "EPERM", call), (outcome.Status, outcome.Errno, outcome.ErrnoName, outcome.Syscall));
        Assert.NotNull(outcome.Remedy);
    }

    [Fact]
    public void Standard_without_no_new_privs_is_no_baseline()
    {
        var prepared = PreparedLaunch.Create(Sandboxed.Request(Sandboxed.Standard with { FailClosed = false }, "/bin/true"));
        prepared.Plan.Steps.First(s => s.Row == "no_new_privs").Inject = Errno.EINVAL;
        Assert.True(Sandboxed.End(HardenedLauncher.Start(prepared)).Level < HardeningLevel.Baseline);
    }

    [Fact]
    public void A_call_that_succeeded_without_effect_is_found_by_the_read_back()
    {
        // The step becomes a call that does nothing and succeeds: only a look at the kernel's state can tell.
        foreach (var row in new[] { "no_new_privs", "rlimit_nofile", "ipc_namespace", "uts_namespace" })
        {
            var prepared = PreparedLaunch.Create(Sandboxed.Request(Sandboxed.Strict with { FailClosed = false }, "/bin/true"));
            var step = prepared.Plan.Steps.First(s => s.Row == row && s.Call.Name is "prctl" or "prlimit64" or "unshare" && s.Row == row);
            typeof(PlanStep).GetProperty(nameof(PlanStep.Call))!.SetValue(step, Syscall.GetParentPid);
            var process = Sandboxed.End(HardenedLauncher.Start(prepared));
            Assert.Equal(OutcomeStatus.Failed, Sandboxed.Row(process.Outcome, row).Status);
            Assert.Equal(HardeningLevel.Partial, process.Level);
        }
    }

    [Fact]
    public void Everything_in_force_is_full()
    {
        var process = Sandboxed.Run(Sandboxed.Strict, "/bin/true");
        Assert.All(process.Outcome.Where(r => r.Requested), r => Assert.Equal(OutcomeStatus.Applied, r.Status));
        Assert.Equal(HardeningLevel.Full, process.Level);
        Assert.Equal(HardeningLevel.Baseline, Sandboxed.Run(Sandboxed.Standard, "/bin/true").Level);
    }
}
