namespace Sandbox.Seccomp;

/// <summary>Conditions that don't compare what they seem to.</summary>
internal static class ConditionLint
{
    // A supervisor gets the listener by sendmsg, and these must go on while it isn't there.
    private static readonly string[] NeverNotified = ["exit", "exit_group", "rt_sigreturn", "restart_syscall", "sendmsg", "seccomp", "read", "write", "futex"];

    public static IEnumerable<SeccompFinding> Check(SeccompPolicy policy, SeccompArchitecture architecture)
    {
        foreach (var rule in policy.Rules)
        {
            foreach (string name in SeccompSets.Expand(rule.Names))
            {
                if (!rule.IsFor(architecture)) break;
                if (SyscallTable.For(architecture).Find(name) is not { } entry) continue;
                foreach (var condition in rule.Conditions)
                {
                    if (Of(condition, entry, architecture) is { } finding) yield return finding;
                }

                if (rule.Action == SeccompAction.Notify && Notified(entry, architecture) is { } notified) yield return notified;
            }
        }
    }

    private static SeccompFinding? Of(SeccompCondition condition, SyscallEntry entry, SeccompArchitecture architecture)
    {
        var arguments = new ulong[6];
        arguments[condition.Index] = condition.Value;
        var call = new SeccompCall(SeccompArchitectures.AuditArchitecture(architecture), entry.Number, arguments);
        if (entry.IsNarrow(condition.Index) && (SeccompCondition.Narrow(condition.Value) > uint.MaxValue || SeccompCondition.Narrow(condition.ValueTwo) > uint.MaxValue))
        {
            return new("argument-width", SeccompFindingSeverity.Warning, $"{entry.Name}: '{condition}' has more than 32 bits, but the kernel takes argument {condition.Index} as 32 bits, and so do the programs of this module.",
                call, "Compare with a 32-bit value.");
        }

        if (entry.IsPointer(condition.Index) && condition.Value != 0)
        {
            return new("pointer-compared", SeccompFindingSeverity.Warning, $"{entry.Name}: '{condition}' compares an address, which says nothing about what is there.", call, "Leave the condition out; only a comparison with 0 (no pointer) tells something.");
        }

        if (entry.ParameterCount is { } count && condition.Index >= count)
        {
            return new("no-such-parameter", SeccompFindingSeverity.Warning, $"{entry.Name} has {count} parameters: '{condition}' compares what happens to be in a register.", call, "Correct the index.");
        }

        return null;
    }

    private static SeccompFinding? Notified(SyscallEntry entry, SeccompArchitecture architecture)
    {
        if (!NeverNotified.Contains(entry.Name)) return null;
        return new("unsafe-notify", SeccompFindingSeverity.Warning, $"{entry.Name} is left to a supervisor, but it must work before the supervisor has the listener and while it is busy.",
            new(SeccompArchitectures.AuditArchitecture(architecture), entry.Number), $"Allow or refuse {entry.Name}.");
    }
}
