namespace Sandbox.Seccomp;

/// <summary>What can happen to a call under a policy, over all arguments.</summary>
/// <param name="CanPass">Some arguments are allowed.</param>
/// <param name="CanFail">Some arguments are refused, or left to a supervisor or tracer.</param>
/// <param name="AlwaysNotImplemented">Every call is answered with ENOSYS.</param>
internal readonly record struct CallFate(bool CanPass, bool CanFail, bool AlwaysNotImplemented)
{
    public bool Always => CanPass && !CanFail;

    public bool Never => !CanPass;

    public bool Depends => CanPass && CanFail;

    /// <summary>The fate of a call, or null where the architecture doesn't have it.</summary>
    public static CallFate? Of(SeccompPolicy policy, SeccompArchitecture architecture, string name)
    {
        if (SyscallTable.For(architecture).Find(name) is not { } entry) return null;
        var reachable = new List<SeccompDecision>();
        bool constant = false;
        foreach (var rule in policy.RulesOf(architecture, entry.Number).OrderByDescending(rule => rule.Action))
        {
            reachable.Add(rule.Decision);
            constant = rule.Conditions.Count == 0;
            if (constant) break;
        }

        if (!constant) reachable.Add(policy.Default);
        bool Passes(SeccompDecision decision) => decision.Action is SeccompAction.Allow or SeccompAction.Log;
        return new(reachable.Any(Passes), !reachable.All(Passes), reachable.All(decision => decision == new SeccompDecision(SeccompAction.Errno, Native.Errno.ENOSYS)));
    }
}
