namespace Sandbox.Seccomp;

/// <summary>What a policy decides about one call, as parts of the argument space that don't overlap and together are all of it.</summary>
internal static class CallCells
{
    public sealed record Cell(ValueList<SeccompCondition>[] Alternatives, SeccompDecision Decision);

    public static List<Cell> Of(SeccompPolicy policy, string name, Func<int, bool> isNarrow, int most = ClassicBpf.MaximumInstructions)
    {
        var rules = policy.Architectures.Where(architecture => SyscallTable.For(architecture).Find(name) is not null).Take(1)
            .SelectMany(architecture => policy.RulesOf(architecture, SyscallTable.For(architecture).Find(name)!.Number)).ToArray();
        var cells = new List<Cell>();
        var rest = Conjunction.Always;
        // The harshest first, and of equally harsh ones the policy's order; the sort is stable.
        var ordered = rules.OrderByDescending(rule => rule.Action).ToArray();
        for (int at = 0; at < ordered.Length;)
        {
            var same = ordered.Skip(at).TakeWhile(rule => rule.Decision == ordered[at].Decision).ToArray();
            var region = Conjunction.Simplify(same.Select(rule => ValueList<SeccompCondition>.Of(rule.Conditions)), most);
            Add(Conjunction.And(rest, region, most), ordered[at].Decision);
            rest = Conjunction.And(rest, Conjunction.Not(region, isNarrow, most), most);
            at += same.Length;
        }

        Add(rest, policy.Default);
        return cells;

        void Add(ValueList<SeccompCondition>[] alternatives, SeccompDecision decision)
        {
            if (alternatives.Length > 0) cells.Add(new(alternatives, decision));
        }
    }

    /// <summary>Two divisions as one; where one side alone settles the decision the other's conditions are left out.</summary>
    public static List<Cell> Merge(List<Cell> first, List<Cell> second, Func<SeccompDecision, SeccompDecision, SeccompDecision> choose)
    {
        var cells = new List<Cell>();
        foreach (var one in first)
        {
            var outcomes = second.Select(two => choose(one.Decision, two.Decision)).Distinct().ToArray();
            if (outcomes.Length == 1) cells.Add(one with { Decision = outcomes[0] });
            else cells.AddRange(second.Where(two => first.Select(any => choose(any.Decision, two.Decision)).Distinct().Count() > 1)
                .Select(two => new Cell(Conjunction.And(one.Alternatives, two.Alternatives), choose(one.Decision, two.Decision))));
        }

        cells.AddRange(second.Where(two => first.Select(one => choose(one.Decision, two.Decision)).Distinct().Count() == 1)
            .Select(two => two with { Decision = choose(first[0].Decision, two.Decision) }));
        return [.. cells.GroupBy(cell => cell.Decision).Select(group => new Cell(Conjunction.Simplify(group.SelectMany(cell => cell.Alternatives)), group.Key)).Where(cell => cell.Alternatives.Length > 0)];
    }
}
