namespace Sandbox.Seccomp;

/// <summary>Rules that do nothing, and what the policy as a whole leaves out.</summary>
internal static class RuleLint
{
    public static IEnumerable<SeccompFinding> Check(SeccompPolicy policy)
    {
        for (int at = 0; at < policy.Rules.Count; at++)
        {
            int skip = at;
            var rule = policy.Rules[at];
            if (!SeccompSets.Expand(rule.Names).Any(name => policy.Architectures.Any(architecture => SyscallTable.For(architecture).Find(name) is not null))) continue; // absent-name tells
            // Exact: the policy without the rule is proven to mean the same.
            if (SeccompProver.Differences(policy, policy.Copy(rules: policy.Rules.Where((_, index) => index != skip))).Count > 0) continue;
            bool equal = rule.Decision == policy.Default;
            yield return equal
                ? new("equal-to-default", SeccompFindingSeverity.Information, $"Rule {at} ({Short(rule)}) says what the default says.", null, "Leave the rule out.") { Place = $"Rules[{at}]" }
                : new("shadowed-rule", SeccompFindingSeverity.Warning, $"Rule {at} ({Short(rule)}) changes nothing: other rules decide all its calls, or its conditions can't hold.", null, "Leave the rule out, or correct the rules that hide it.") { Place = $"Rules[{at}]" };
        }

        foreach (var finding in Contradictions(policy)) yield return finding;

        var absent = policy.Rules.Select((rule, at) => (At: at, Names: rule.Names.Where(name => !name.StartsWith('@') && policy.Architectures.All(architecture => SyscallTable.For(architecture).Find(name) is null)).ToArray()))
            .Where(rule => rule.Names.Length > 0).ToArray();
        if (absent.Length > 0)
        {
            yield return new("absent-name", SeccompFindingSeverity.Information, $"No listed architecture has: {string.Join(' ', absent.SelectMany(rule => rule.Names).Distinct())}.", null,
                "Leave the names out, unless the policy is shared between architectures.") { Place = string.Join(", ", absent.Select(rule => $"Rules[{rule.At}]")) };
        }

        bool logs = policy.DefaultAction == SeccompAction.Log || policy.Rules.Any(rule => rule.Action == SeccompAction.Log);
        bool refuses = policy.Default.Refuses || policy.Rules.Any(rule => rule.Decision.Refuses);
        if (logs && refuses && !policy.Flags.HasFlag(SeccompFilterFlags.Log))
        {
            yield return new("silent-refusal", SeccompFindingSeverity.Information, "Some calls are logged, but refusals by Errno and Trap leave no record.", null, "Add the flag SECCOMP_FILTER_FLAG_LOG.") { Place = "Flags" };
        }
    }

    // Among the names that rules have themselves: a name beside a set that has it is an exception from the set.
    private static IEnumerable<SeccompFinding> Contradictions(SeccompPolicy policy)
    {
        var plain = policy.Rules.Select((rule, at) => (Rule: rule, At: at)).Where(rule => rule.Rule.Conditions.Count == 0)
            .SelectMany(rule => rule.Rule.Names.Where(name => !name.StartsWith('@')).Select(name => (Name: name, rule.Rule, rule.At))).GroupBy(rule => rule.Name);
        foreach (var group in plain)
        {
            foreach (var architecture in policy.Architectures.Where(architecture => SyscallTable.For(architecture).Find(group.Key) is not null))
            {
                var rules = group.Where(rule => rule.Rule.IsFor(architecture)).ToArray();
                var decisions = rules.Select(rule => rule.Rule.Decision).Distinct().ToArray();
                if (decisions.Length < 2) continue;
                var call = SeccompCall.Of(architecture, group.Key);
                yield return new("conflicting-rules", SeccompFindingSeverity.Warning,
                    $"Rules say {string.Join(" and ", decisions)} of {group.Key}, whatever its arguments; {policy.Decide(call)} counts. Container runtimes take the first such rule that isn't the default's.",
                    call, $"Leave {group.Key} in one of the rules.") { Place = string.Join(", ", rules.Select(rule => $"Rules[{rule.At}]").Distinct()) };
                break;
            }
        }
    }

    private static string Short(SeccompRule rule)
    {
        string text = rule.ToString();
        return text.Length <= 80 ? text : text[..77] + "...";
    }
}
