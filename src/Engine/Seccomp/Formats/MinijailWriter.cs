using System.Globalization;
using System.Numerics;
using System.Text;

namespace Sandbox.Seccomp;

/// <summary>
/// Writes a <c>.policy</c> of minijail, in the grammar of its compile_seccomp_policy where one call has several actions. On a 64-bit
/// architecture minijail compares 64 bits also of an <c>int</c>, so that those are written by their bits.
/// </summary>
internal static class MinijailWriter
{
    // A rule of which more is needed makes a line that nobody reads, and a long filter.
    private const int MostAlternatives = 64;

    public static IReadOnlyList<string> Losses(SeccompPolicy policy)
    {
        var losses = new List<string>();
        if (policy.Architectures.Count > 1) losses.Add($"architectures: a policy of minijail is for one, {SeccompArchitectures.Name(policy.Architectures[0])}; calls of the others are killed");
        if (policy.Flags != SeccompFilterFlags.None) losses.Add($"flags {policy.Flags}: minijail sets them by its own options");
        if (policy.DefaultAction is SeccompAction.Errno or SeccompAction.Log or SeccompAction.Trace) losses.Add($"default {policy.Default}: minijail has no such default, so that the text kills the process");
        if (policy.DefaultAction == SeccompAction.Allow && Decisions(policy).Any(decision => decision.Action != SeccompAction.Errno)) losses.Add("default Allow: a deny list of minijail answers with errno only, so that the text kills the process at calls without a rule");
        losses.AddRange(Decisions(policy).Where(decision => decision is { Action: SeccompAction.Trace, Errno: not 0 }).Select(decision => $"{decision}: minijail gives the tracer no message"));
        foreach (var entry in SyscallTable.For(policy.Architectures[0]).Entries)
        {
            if (policy.RulesOf(policy.Architectures[0], entry.Number).Any(rule => Alternatives(rule, entry, policy.Architectures[0]).Take(MostAlternatives + 1).Count() > MostAlternatives))
                losses.Add($"{entry.Name}: minijail compares 64 bits of what the kernel takes as 32, and to say it by bits takes more than {MostAlternatives} alternatives");
        }

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
            text.Append(entry.Name).Append(": ").Append(Filters(unconditional < 0 ? rules : rules[..(unconditional + 1)], rule => Conditions(rule, entry, architecture))).Append('\n');
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

    private static string Filters(SeccompRule[] rules, Func<SeccompRule, string> conditions)
    {
        // Before an action without conditions, its own conditions say nothing new.
        if (rules[^1].Conditions.Count == 0) rules = [.. rules.Reverse().SkipWhile(rule => rule.Decision == rules[^1].Decision).Reverse(), rules[^1]];
        if (rules.Length == 1 && rules[0].Conditions.Count == 0) return Action(rules[0].Decision);
        if (rules.All(rule => rule.Action == SeccompAction.Allow)) return string.Join(" || ", rules.Select(conditions));
        return $"{{ {string.Join(", ", rules.Select(rule => rule.Conditions.Count == 0 ? Action(rule.Decision) : $"{conditions(rule)}; {Action(rule.Decision)}"))} }}";
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

    private static string Conditions(SeccompRule rule, SyscallEntry entry, SeccompArchitecture architecture)
    {
        var alternatives = Alternatives(rule, entry, architecture).Take(MostAlternatives + 1).ToArray();
        if (alternatives.Length > MostAlternatives) alternatives = [rule.Conditions]; // a named loss
        return alternatives.Length == 0 ? "arg0 < 0x0" : string.Join(" || ", alternatives.Select(all => string.Join(" && ", all.Select(Condition))));
    }

    // The conditions as comparisons of 64 bits: of an int those of its low half, by masks.
    private static IEnumerable<IEnumerable<SeccompCondition>> Alternatives(SeccompRule rule, SyscallEntry entry, SeccompArchitecture architecture)
    {
        bool compares64 = architecture is not (SeccompArchitecture.X86 or SeccompArchitecture.Arm);
        IEnumerable<IEnumerable<SeccompCondition>> all = [[]];
        bool IsPlain(SeccompCondition condition) => !entry.IsNarrow(condition.Index) || (!compares64 && condition.Value <= uint.MaxValue && condition.ValueTwo <= uint.MaxValue);
        foreach (var group in rule.Conditions.GroupBy(condition => IsPlain(condition) ? -1 : condition.Index))
        {
            if (group.Key < 0) all = all.Select(left => left.Concat(group));
            else all = all.SelectMany(left => ValueCubes.Of(group, narrow: true).Select(cube => left.Append(new SeccompCondition(group.Key, SeccompOperator.MaskedEqual, cube.Mask, cube.Value))));
        }

        return all;
    }

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
