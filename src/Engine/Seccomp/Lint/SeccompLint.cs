namespace Sandbox.Seccomp;

/// <summary>
/// Looks for what authors of policies get wrong. A finding's witness is a call that anyone can replay. The ids are stable. What the
/// policy justifies is found all the same, with its justification.
/// </summary>
public static class SeccompLint
{
    /// <summary>The ids of all checks. Unknown names and errnos above 4095 are no findings: no policy can have them, and reading them is an error with the place.</summary>
    public static IReadOnlyList<string> RuleIds { get; } =
    [
        "absent-name", "alternates-split", "argument-width", "cache-defeated", "clone3", "compat-abi", "conflicting-rules", "debugging", "equal-to-default", "io-uring", "missing-basics",
        "multiplexer", "no-such-parameter", "pointer-compared", "shadowed-rule", "silent-refusal", "terminal-injection", "unsafe-notify",
    ];

    /// <summary>The findings of a policy, the worst first.</summary>
    public static IReadOnlyList<SeccompFinding> Check(SeccompPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var findings = new List<SeccompFinding>();
        foreach (var architecture in policy.Architectures)
        {
            findings.AddRange(ReachabilityLint.Check(policy, architecture));
            findings.AddRange(TerminalLint.Check(policy, architecture));
            findings.AddRange(FamilyLint.Check(policy, architecture));
            findings.AddRange(ConditionLint.Check(policy, architecture));
            findings.AddRange(NotifyLint.Check(policy, architecture));
        }

        findings.AddRange(RuleLint.Check(policy));
        return Complete(findings, policy);
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

        return Complete(findings, policy);
    }

    private static SeccompFinding[] Complete(IEnumerable<SeccompFinding> findings, SeccompPolicy policy) =>
    [
        .. findings.Select(finding => finding with
        {
            Place = finding.Place.Length > 0 || finding.Witness is null ? finding.Place : policy.DecidingRule(finding.Witness) is { } rule ? $"Rules[{rule}]" : "DefaultAction",
            Justification = policy.Justifications.FirstOrDefault(justification => justification.RuleId == finding.RuleId)?.Reason,
        }).Distinct().OrderByDescending(finding => finding.Severity),
    ];
}
