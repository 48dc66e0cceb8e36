namespace Sandbox.Seccomp;

/// <summary>
/// Looks for what authors of policies get wrong. A finding's witness is a call that anyone can replay. The ids are stable.
/// </summary>
public static class SeccompLint
{
    /// <summary>The findings of a policy, the worst first.</summary>
    public static IReadOnlyList<SeccompFinding> Check(SeccompPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var findings = new List<SeccompFinding>();
        foreach (var architecture in policy.Architectures)
        {
            findings.AddRange(ReachabilityLint.Check(policy, architecture));
            findings.AddRange(FamilyLint.Check(policy, architecture));
            findings.AddRange(ConditionLint.Check(policy, architecture));
        }

        findings.AddRange(RuleLint.Check(policy));
        return [.. findings.Distinct().OrderByDescending(finding => finding.Severity)];
    }

    /// <summary>The findings of a program: calls that it always allows, but not by nr and arch alone, so that the kernel runs the filter for each.</summary>
    public static IReadOnlyList<SeccompFinding> Check(SeccompProgram program, SeccompPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var findings = new List<SeccompFinding>();
        foreach (var architecture in policy.Architectures)
        {
            var slow = SyscallTable.For(architecture).Entries
                .Where(entry => CallFate.Of(policy, architecture, entry.Name) is { Always: true } && policy.Decide(architecture, entry.Number).Action == SeccompAction.Allow
                    && !ConstantAllow.IsCached(program, architecture, entry.Number)).ToArray();
            if (slow.Length == 0) continue;
            findings.Add(new("cache-defeated", SeccompFindingSeverity.Warning, $"{slow.Length} calls of {SeccompArchitectures.Name(architecture)} are always allowed, but the kernel's cache doesn't cover them.",
                new(SeccompArchitectures.AuditArchitecture(architecture), slow[0].Number), "Compile the policy with this module: its programs read nothing but nr and arch before a constant allow."));
        }

        return findings;
    }
}
