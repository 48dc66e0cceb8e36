using System.Globalization;
using System.Numerics;
using System.Text;

namespace Sandbox.Seccomp;

/// <summary>Writes a <c>.policy</c> of minijail, in the grammar of its compile_seccomp_policy where one call has several actions.</summary>
internal static class MinijailWriter
{
    public static IReadOnlyList<string> Losses(SeccompPolicy policy)
    {
        var losses = new List<string>();
        if (policy.Architectures.Count > 1) losses.Add($"architectures: a policy of minijail is for one, {SeccompArchitectures.Name(policy.Architectures[0])}; calls of the others are killed");
        if (policy.Flags != SeccompFilterFlags.None) losses.Add($"flags {policy.Flags}: minijail sets them by its own options");
        if (policy.DefaultAction is SeccompAction.Errno or SeccompAction.Log or SeccompAction.Trace) losses.Add($"default {policy.Default}: minijail has no such default, so that the text kills the process");
        if (policy.DefaultAction == SeccompAction.Allow && Decisions(policy).Any(decision => decision.Action != SeccompAction.Errno)) losses.Add("default Allow: a deny list of minijail answers with errno only, so that the text kills the process at calls without a rule");
        losses.AddRange(Decisions(policy).Where(decision => decision is { Action: SeccompAction.Trace, Errno: not 0 }).Select(decision => $"{decision}: minijail gives the tracer no message"));
        if (policy.ListenerPath is not null || policy.ListenerMetadata is not null) losses.Add("listener: minijail has no field for it");
        if (policy.Justifications.Count > 0) losses.Add("justifications of findings: minijail has no field for it");
        if (policy.Description.Length > 0) losses.Add("description: minijail has no field for it");
        return losses;
    }

    public static string Write(SeccompPolicy policy, bool allowLossy)
    {
        SeccompFormats.CheckLosses(policy, Losses(policy), "a policy of minijail", allowLossy);
        var architecture = policy.Architectures[0];
        bool denyList = policy.DefaultAction == SeccompAction.Allow && Decisions(policy).All(decision => decision.Action == SeccompAction.Errno);
        var text = new StringBuilder(denyList ? "@denylist\n" : $"@default {Default(policy.DefaultAction)}\n");
        foreach (var entry in SyscallTable.For(architecture).Entries)
        {
            var rules = policy.RulesOf(architecture, entry.Number).OrderByDescending(rule => rule.Action).ToArray();
            if (rules.Length == 0) continue;
            int unconditional = Array.FindIndex(rules, rule => rule.Conditions.Count == 0);
            text.Append(entry.Name).Append(": ").Append(Filters(unconditional < 0 ? rules : rules[..(unconditional + 1)])).Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<SeccompDecision> Decisions(SeccompPolicy policy) => policy.Rules.Where(rule => rule.IsFor(policy.Architectures[0])).Select(rule => rule.Decision).Distinct();

    private static string Default(SeccompAction action) => action switch
    {
        SeccompAction.KillThread => "kill-thread",
        SeccompAction.Trap => "trap",
        SeccompAction.Notify => "user-notify",
        _ => "kill-process",
    };

    private static string Filters(SeccompRule[] rules)
    {
        // Before an action without conditions, its own conditions say nothing new.
        if (rules[^1].Conditions.Count == 0) rules = [.. rules.Reverse().SkipWhile(rule => rule.Decision == rules[^1].Decision).Reverse(), rules[^1]];
        if (rules.Length == 1 && rules[0].Conditions.Count == 0) return Action(rules[0].Decision);
        if (rules.All(rule => rule.Action == SeccompAction.Allow)) return string.Join(" || ", rules.Select(Conditions));
        return $"{{ {string.Join(", ", rules.Select(rule => rule.Conditions.Count == 0 ? Action(rule.Decision) : $"{Conditions(rule)}; {Action(rule.Decision)}"))} }}";
    }

    private static string Action(SeccompDecision decision) => decision.Action switch
    {
        SeccompAction.Allow => "allow",
        SeccompAction.Log => "log",
        SeccompAction.Trace => "trace",
        SeccompAction.Notify => "user-notify",
        SeccompAction.Trap => "trap",
        SeccompAction.KillThread => "kill-thread",
        SeccompAction.KillProcess => "kill-process",
        _ => "return " + (Native.Errno.TryParse(Native.Errno.Name(decision.Errno), out _) ? Native.Errno.Name(decision.Errno) : decision.Errno.ToString(CultureInfo.InvariantCulture)),
    };

    private static string Conditions(SeccompRule rule) => string.Join(" && ", rule.Conditions.Select(Condition));

    private static string Condition(SeccompCondition condition)
    {
        string argument = string.Create(CultureInfo.InvariantCulture, $"arg{condition.Index}");
        return condition.Operator switch
        {
            SeccompOperator.Equal => $"{argument} == 0x{condition.Value:x}",
            SeccompOperator.NotEqual => $"{argument} != 0x{condition.Value:x}",
            SeccompOperator.Less => $"{argument} < 0x{condition.Value:x}",
            SeccompOperator.LessOrEqual => $"{argument} <= 0x{condition.Value:x}",
            SeccompOperator.Greater => $"{argument} > 0x{condition.Value:x}",
            SeccompOperator.GreaterOrEqual => $"{argument} >= 0x{condition.Value:x}",
            _ => Masked(argument, condition.Value, condition.ValueTwo),
        };
    }

    // "in" says which bits may be set, "&" that one is.
    private static string Masked(string argument, ulong mask, ulong value)
    {
        if ((value & ~mask) != 0) return $"{argument} < 0x0"; // can't hold
        var parts = new List<string>();
        if ((mask & ~value) != 0 || mask == 0) parts.Add($"{argument} in 0x{~(mask & ~value):x}");
        for (ulong left = value; left != 0; left &= left - 1) parts.Add($"{argument} & 0x{1ul << BitOperations.TrailingZeroCount(left):x}");
        return string.Join(" && ", parts);
    }
}
