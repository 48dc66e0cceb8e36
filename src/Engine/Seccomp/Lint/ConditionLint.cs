namespace Sandbox.Seccomp;

/// <summary>Conditions that don't compare what they seem to.</summary>
internal static class ConditionLint
{
    public static IEnumerable<SeccompFinding> Check(SeccompPolicy policy, SeccompArchitecture architecture)
    {
        for (int at = 0; at < policy.Rules.Count; at++)
        {
            var rule = policy.Rules[at];
            foreach (string name in SeccompSets.Expand(rule.Names))
            {
                if (!rule.IsFor(architecture)) break;
                if (SyscallTable.For(architecture).Find(name) is not { } entry) continue;
                for (int index = 0; index < rule.Conditions.Count; index++)
                {
                    if (Of(rule.Conditions[index], entry, architecture) is { } finding) yield return finding with { Place = $"Rules[{at}].Conditions[{index}]" };
                }
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
}
