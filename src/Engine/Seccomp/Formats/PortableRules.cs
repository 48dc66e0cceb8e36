namespace Sandbox.Seccomp;

/// <summary>
/// The rules of a policy as the readers of OCI profiles (runc, crun, containers-common, by way of libseccomp) take them. They compare 64
/// bits also of an <c>int</c>, take several conditions on one argument as alternatives, leave out rules with the default action, and
/// know no order of harshness where two rules hold. Rules of which that is no matter stay as they are. The other calls get rules that
/// both sides read alike: they mean what the policy says, with masks for widths and ranges, and no two of them disagree about a call.
/// </summary>
internal sealed class PortableRules
{
    // What libseccomp 2.5 compiles within a second and rightly: one comparison of an int by masks takes up to 32 rules, a range 62. Where
    // rules are about several arguments its tree grows with their product, and with many of them it loses some.
    private const int MostRulesOfCall = 64, MostRulesOfSeveralArguments = 8, MostRules = 512;

    private readonly SeccompPolicy policy;
    private readonly Dictionary<string, SeccompRule[]> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReaderWidth> widths = new(StringComparer.Ordinal);
    private readonly List<string> losses = [];
    private readonly HashSet<string> lossy = new(StringComparer.Ordinal);
    private int made;

    private PortableRules(SeccompPolicy policy)
    {
        this.policy = policy;
        foreach (var rule in policy.Rules)
        {
            foreach (string name in SeccompSets.Expand(rule.Names)) byName[name] = [.. byName.GetValueOrDefault(name, []), rule];
        }

        foreach (string name in byName.Keys) widths[name] = new(policy, name);
    }

    /// <summary>The rules, sets expanded, and what of them can't be said; the rules of a call with a loss are those of the policy.</summary>
    public static (IReadOnlyList<SeccompRule> Rules, IReadOnlyList<string> Losses) Of(SeccompPolicy policy)
    {
        var portable = new PortableRules(policy);
        var rules = portable.Make();
        if (policy.Rules.Select(rule => rule.Decision).Append(policy.Default).Contains(new(SeccompAction.Errno, SeccompRule.MaximumErrno))) portable.losses.Add($"Errno({SeccompRule.MaximumErrno}): libseccomp takes smaller ones only");
        return (rules, [.. portable.losses, .. Multiplexers.Losses(policy, portable.byName)]);
    }

    private List<SeccompRule> Make()
    {
        var made = new Dictionary<string, ValueList<(SeccompDecision Decision, ValueList<SeccompCondition> Conditions)>?>(StringComparer.Ordinal);
        foreach (string name in byName.Keys) made[name] = Remade(name);
        var rules = new List<SeccompRule>();
        foreach (var rule in policy.Rules)
        {
            // Names of a rule part where their widths differ.
            foreach (var alike in SeccompSets.Expand(rule.Names).Where(name => made[name] is null).GroupBy(name => ValueList<SeccompCondition>.Of(lossy.Contains(name) ? rule.Conditions : Spelled(name, rule)!)))
                rules.Add(new(alike, rule.Action, rule.NumberOrNull, alike.Key));
        }

        foreach (var alike in made.Where(pair => pair.Value is not null).GroupBy(pair => pair.Value!, pair => pair.Key))
            rules.AddRange(alike.Key.Select(rule => new SeccompRule(alike, rule.Decision.Action, rule.Decision.NumberOrNull, rule.Conditions)));
        return rules;
    }

    // New rules for a call; null where its own do, or can't be said.
    private ValueList<(SeccompDecision Decision, ValueList<SeccompCondition> Conditions)>? Remade(string name)
    {
        var own = byName[name];
        var width = widths[name];
        if (own.SelectMany(rule => rule.Conditions).Select(width.Obstacle).FirstOrDefault(reason => reason is not null) is { } obstacle) return Lost(name, obstacle);

        if (own.All(rule => Spelled(name, rule) is not null) && !Conflict(own, width)) return null;
        try
        {
            var cells = CallCells.Of(policy, name, width.IsNarrow, MostRulesOfCall).Where(cell => cell.Decision != policy.Default);
            var rules = cells.SelectMany(cell => cell.Alternatives.SelectMany(conditions => Cubes(conditions, width)).Distinct().Select(conditions => (cell.Decision, conditions))).Take(MostRulesOfCall + 1).ToArray();
            if (rules.SelectMany(rule => rule.conditions).Select(width.Obstacle).FirstOrDefault(reason => reason is not null) is { } late)
                return Lost(name, late);

            int most = rules.SelectMany(rule => rule.conditions).Select(condition => condition.Index).Distinct().Count() > 1 ? MostRulesOfSeveralArguments : MostRulesOfCall;
            if (rules.Length <= most && made + rules.Length <= MostRules)
            {
                made += rules.Length;
                return ValueList<(SeccompDecision Decision, ValueList<SeccompCondition> Conditions)>.Of(rules);
            }
        }
        catch (SandboxException e) when (e.ErrorId == "SeccompPolicy,TOO_MANY_ALTERNATIVES")
        {
            // said below
        }

        return Lost(name, "to say to the readers what its rules mean takes more rules than libseccomp can put together");
    }

    private ValueList<(SeccompDecision Decision, ValueList<SeccompCondition> Conditions)>? Lost(string name, string reason)
    {
        losses.Add($"{name}: {reason}");
        lossy.Add(name);
        return null;
    }

    // Where rules with different decisions both hold, the harshest counts here; the readers go by something else.
    private static bool Conflict(SeccompRule[] rules, ReaderWidth width)
    {
        for (int first = 0; first < rules.Length; first++)
        {
            for (int second = first + 1; second < rules.Length; second++)
            {
                if (rules[first].Decision != rules[second].Decision && !AreDisjoint(rules[first], rules[second], width)) return true;
            }
        }

        return false;
    }

    private static bool AreDisjoint(SeccompRule first, SeccompRule second, ReaderWidth width) =>
        first.Conditions.Concat(second.Conditions).GroupBy(condition => condition.Index).Any(group => ValueCubes.Of(group, width.IsNarrow(group.Key)).Count == 0);

    /// <summary>A rule's conditions for a call, each as one comparison of 64 bits; null where one of them takes several.</summary>
    private SeccompCondition[]? Spelled(string name, SeccompRule rule)
    {
        if (rule.Conditions.Select(condition => condition.Index).Distinct().Count() < rule.Conditions.Count) return null;
        var spelled = rule.Conditions.Select(condition => Spelled(condition, widths[name])).ToArray();
        return spelled.Contains(null) ? null : [.. spelled.OfType<SeccompCondition>()];
    }

    private static SeccompCondition? Spelled(SeccompCondition condition, ReaderWidth width)
    {
        // libseccomp takes what the mask leaves of a value that has other bits: it would hold where it never does.
        if (condition.Operator == SeccompOperator.MaskedEqual && !ValueCubes.Of(condition, width.IsNarrow(condition.Index)).Any()) return null;
        if (!width.IsNarrow(condition.Index)) return condition;
        if (condition.Operator is not (SeccompOperator.Equal or SeccompOperator.MaskedEqual)) return null;
        return ValueCubes.Of(condition, narrow: true).Select(cube => new SeccompCondition(condition.Index, SeccompOperator.MaskedEqual, cube.Mask, cube.Value)).FirstOrDefault();
    }

    // Every way in which all conditions hold, with one comparison for each argument.
    private static IEnumerable<ValueList<SeccompCondition>> Cubes(ValueList<SeccompCondition> conditions, ReaderWidth width)
    {
        IEnumerable<IEnumerable<SeccompCondition>> all = [[]];
        foreach (var group in conditions.GroupBy(condition => condition.Index).OrderBy(group => group.Key))
        {
            bool narrow = width.IsNarrow(group.Key);
            SeccompCondition[] ways = group.Count() == 1 && Spelled(group.Single(), width) is { } one
                ? [one]
                : [.. ValueCubes.Of(group, narrow).Select(cube => cube.Mask == ulong.MaxValue ? new SeccompCondition(group.Key, SeccompOperator.Equal, cube.Value) : new(group.Key, SeccompOperator.MaskedEqual, cube.Mask, cube.Value))];
            all = all.SelectMany(left => ways.Select(way => way is { Operator: SeccompOperator.MaskedEqual, Value: 0 } ? left : left.Append(way)));
        }

        return all.Select(ValueList<SeccompCondition>.Of);
    }
}
