namespace Sandbox.Seccomp;

/// <summary>Makes one policy out of several. The result is exact for every call and argument.</summary>
public static class SeccompMerge
{
    /// <summary>Merges policies. Of decisions that are as harsh (such as two errnos) the first policy's counts.</summary>
    public static SeccompPolicy Merge(IReadOnlyList<SeccompPolicy> policies, SeccompMergeMode mode, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(policies);
        if (policies.Count == 0) throw new SandboxException("MergeSeccompPolicy,EMPTY", SandboxErrorKind.InvalidArgument, "There is no policy to merge.", "Give two or more policies.");
        var merged = policies.Skip(1).Aggregate(policies[0], (all, next) => Merge(all, next, mode));
        return merged.Copy(name ?? string.Join(mode == SeccompMergeMode.Union ? " or " : " and ", policies.Select(policy => policy.Name)), description: "", justifications: []);
    }

    private static SeccompPolicy Merge(SeccompPolicy first, SeccompPolicy second, SeccompMergeMode mode)
    {
        var architectures = Architectures(first, second, mode);
        foreach (var policy in new[] { first, second }.Where(policy => SeccompFormats.ScopeLosses(policy).Any()))
        {
            throw new SandboxException("MergeSeccompPolicy,SCOPE", SandboxErrorKind.InvalidArgument, $"'{policy.Name}' has rules for some of its architectures only.", "Merge for each architecture.");
        }

        (first, second) = (first.Copy(architectures: architectures), second.Copy(architectures: architectures));
        var names = SeccompSets.Expand(first.Rules.Concat(second.Rules).SelectMany(rule => rule.Names))
            .Where(name => architectures.Any(architecture => SyscallTable.For(architecture).Find(name) is not null));
        var fallback = Choose(first.Default, second.Default);
        var byRules = new Dictionary<ValueList<(SeccompDecision, ValueList<SeccompCondition>)>, List<string>>();
        foreach (string name in names)
        {
            var cells = CallCells.Merge(CallCells.Of(first, name, Narrow(name, architectures)), CallCells.Of(second, name, Narrow(name, architectures)), Choose);
            var rules = ValueList<(SeccompDecision, ValueList<SeccompCondition>)>.Of(Rules(cells, fallback));
            if (!byRules.TryGetValue(rules, out var alike)) byRules[rules] = alike = [];
            alike.Add(name);
        }

        if (first.ListenerPath != second.ListenerPath || first.ListenerMetadata != second.ListenerMetadata)
            throw new SandboxException("MergeSeccompPolicy,LISTENER", SandboxErrorKind.InvalidArgument, $"'{first.Name}' and '{second.Name}' name different supervisors.", "Give both the same listener, or none.");
        return first.Copy(defaultDecision: fallback, flags: first.Flags | second.Flags, rules: byRules.SelectMany(group => group.Key.Select(rule =>
            new SeccompRule(group.Value, rule.Item1.Action, rule.Item1.Action is SeccompAction.Errno or SeccompAction.Trace ? rule.Item1.Errno : null, rule.Item2))));

        SeccompDecision Choose(SeccompDecision one, SeccompDecision two) =>
            one.Action == two.Action ? one : one.Action > two.Action == (mode == SeccompMergeMode.Intersection) ? one : two;
    }

    // The parts don't overlap, so the part that the default decides needs no rule. Where a rule is milder than one without
    // conditions, the latter would hide it; the parts of one call never are both.
    private static IEnumerable<(SeccompDecision, ValueList<SeccompCondition>)> Rules(List<CallCells.Cell> cells, SeccompDecision fallback) =>
        cells.Where(cell => cell.Decision != fallback).SelectMany(cell => cell.Alternatives.Select(alternative => (cell.Decision, alternative)));

    private static SeccompArchitecture[] Architectures(SeccompPolicy first, SeccompPolicy second, SeccompMergeMode mode)
    {
        var both = first.Architectures.Intersect(second.Architectures).ToArray();
        bool same = both.Length == first.Architectures.Count && both.Length == second.Architectures.Count;
        if (same || (mode == SeccompMergeMode.Intersection && both.Length > 0)) return both;
        throw new SandboxException("MergeSeccompPolicy,ARCHITECTURES", SandboxErrorKind.InvalidArgument,
            $"'{first.Name}' is for {List(first)} and '{second.Name}' for {List(second)}: no one list of rules can say what both together mean.",
            "Make both for the same architectures (New-SeccompPolicy -Policy ... -Architecture ...).");

        static string List(SeccompPolicy policy) => string.Join(", ", policy.Architectures.Select(SeccompArchitectures.Name));
    }

    private static Func<int, bool> Narrow(string name, SeccompArchitecture[] architectures)
    {
        var entries = architectures.Select(architecture => SyscallTable.For(architecture).Find(name)).OfType<SyscallEntry>().ToArray();
        return index => entries.Select(entry => entry.IsNarrow(index)).Distinct().Count() == 1
            ? entries[0].IsNarrow(index)
            : throw new SandboxException("MergeSeccompPolicy,WIDTH", SandboxErrorKind.InvalidArgument,
                $"{name}: argument {index} isn't as wide on all of the architectures, so that what a condition leaves over can't be said for all of them.", "Merge for each architecture.");
    }
}
