namespace Sandbox.Seccomp;

/// <summary>The rules of one call as nodes.</summary>
internal sealed class RuleCompiler(BpfGraph graph, SyscallEntry entry, bool bigEndian)
{
    // From so many rules on one argument, a search over its values is shorter than one comparison after the other.
    private const int Few = 2;

    private readonly ConditionCompiler conditions = new(graph, bigEndian);

    /// <summary>The node for rules, the harshest first; what follows a rule without conditions can't be reached.</summary>
    public int Compile(IReadOnlyList<SeccompRule> rules, int otherwise)
    {
        var reachable = new List<SeccompRule>();
        foreach (var rule in rules.OrderByDescending(rule => rule.Action))
        {
            reachable.Add(rule);
            if (rule.Conditions.Count == 0) break;
        }

        if (reachable.Sum(rule => rule.Conditions.Count) > 16 * ClassicBpf.MaximumInstructions)
        {
            throw new SandboxException("SeccompProgram,TOO_LONG", SandboxErrorKind.InvalidArgument,
                $"The policy has more conditions for {entry.Name} than a filter of {ClassicBpf.MaximumInstructions} instructions can hold.", "Use fewer conditions.");
        }

        int next = otherwise;
        for (int end = reachable.Count; end > 0;)
        {
            int start = end - 1;
            while (start > 0 && reachable[start - 1].Decision == reachable[start].Decision) start--;
            next = Same(reachable[start..end], next);
            end = start;
        }

        return next;
    }

    // Rules with one outcome can be asked in any order.
    private int Same(List<SeccompRule> rules, int otherwise)
    {
        int result = graph.Return(rules[0].Decision.ReturnValue);
        int next = otherwise;
        var byArgument = rules.Where(rule => rule.Conditions.Count > 0 && entry.IsNarrow(rule.Conditions[0].Index))
            .Select(rule => (Rule: rule, Values: ValueSet.Of(rule))).Where(rule => rule.Values is not null)
            .GroupBy(rule => rule.Rule.Conditions[0].Index).Where(group => group.Count() > Few).ToArray();
        var grouped = byArgument.SelectMany(group => group).Select(rule => rule.Rule).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var rule in Enumerable.Reverse(rules).Where(rule => !grouped.Contains(rule)))
        {
            int node = result;
            foreach (var condition in rule.Conditions.Reverse()) node = conditions.Compile(condition, entry.IsNarrow(condition.Index), node, next);
            next = node;
        }

        foreach (var group in byArgument) next = Search(group.Key, group.Select(rule => rule.Values!).Aggregate((a, b) => a.Union(b)), result, next);
        return next;
    }

    private int Search(int index, ValueSet values, int inside, int outside)
    {
        uint offset = ClassicBpf.LowOffset(index, bigEndian);
        var tree = new NumberTree(graph, offset);
        ulong next = 0;
        foreach (var (first, last) in values.Ranges)
        {
            if (first > next) tree.Add((uint)next, outside);
            tree.Add((uint)first, inside);
            next = last + 1;
        }

        if (next <= uint.MaxValue) tree.Add((uint)next, outside);
        return tree.Build();
    }
}
