namespace Sandbox.Seccomp;

/// <summary>Calls that no supervisor can answer safely.</summary>
internal static class NotifyLint
{
    // A supervisor gets the listener by sendmsg, and these must go on while it isn't there.
    private static readonly string[] NeverNotified = ["exit", "exit_group", "rt_sigreturn", "sigreturn", "restart_syscall", "sendmsg", "seccomp", "read", "write", "futex"];

    public static IEnumerable<SeccompFinding> Check(SeccompPolicy policy, SeccompArchitecture architecture)
    {
        foreach (string name in NeverNotified)
        {
            if (SyscallTable.For(architecture).Find(name) is not { } entry) continue;
            var rules = policy.RulesOf(architecture, entry.Number);
            int at = rules.Count == 0 ? -1 : policy.IndexOf(rules.FirstOrDefault(rule => rule.Action == SeccompAction.Notify));
            bool byDefault = policy.DefaultAction == SeccompAction.Notify && rules.All(rule => rule.Conditions.Count > 0);
            if (at < 0 && !byDefault) continue;
            yield return new("unsafe-notify", SeccompFindingSeverity.Warning, $"{name} is left to a supervisor, but it must work before the supervisor has the listener and while it is busy.",
                new(SeccompArchitectures.AuditArchitecture(architecture), entry.Number), $"Allow or refuse {name}.") { Place = at < 0 ? "DefaultAction" : $"Rules[{at}]" };
        }
    }
}
