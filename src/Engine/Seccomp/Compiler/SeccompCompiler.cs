namespace Sandbox.Seccomp;

/// <summary>Policies to classic BPF.</summary>
public static class SeccompCompiler
{
    private static readonly uint Kill = new SeccompDecision(SeccompAction.KillProcess).ReturnValue;

    /// <summary>
    /// Compiles a policy. The program checks the architecture first (unknown: kill), then searches the number, then checks
    /// arguments; x32 calls are killed unless the policy lists x32.
    /// </summary>
    public static SeccompProgram Compile(SeccompPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var graph = new BpfGraph();
        int next = graph.Return(Kill);
        var groups = policy.Architectures.GroupBy(SeccompArchitectures.AuditArchitecture)
            .OrderBy(group => group.Contains(SeccompArchitectures.Native)); // the native one is compared first, so it is built last
        foreach (var group in groups)
        {
            next = graph.Jump(ClassicBpf.JumpEqual, group.Key, Numbers(graph, policy, [.. group]), next);
        }

        var instructions = BpfLayout.Layout(graph, graph.Load(ClassicBpf.ArchitectureOffset, next));
        return new(instructions, policy.Architectures[0] == SeccompArchitecture.S390X);
    }

    private static int Numbers(BpfGraph graph, SeccompPolicy policy, SeccompArchitecture[] architectures)
    {
        var tree = new NumberTree(graph);
        int unnamed = graph.Return(policy.Default.ReturnValue);
        int killed = graph.Return(Kill);
        bool x86 = architectures.Contains(SeccompArchitecture.X86_64) || architectures.Contains(SeccompArchitecture.X32);
        if (!x86)
        {
            AddTable(graph, policy, tree, architectures[0], 0, unnamed);
            return tree.Build();
        }

        if (architectures.Contains(SeccompArchitecture.X86_64)) AddTable(graph, policy, tree, SeccompArchitecture.X86_64, 0, unnamed);
        else tree.Add(0, killed);
        if (architectures.Contains(SeccompArchitecture.X32)) AddTable(graph, policy, tree, SeccompArchitecture.X32, SeccompArchitectures.X32Bit, unnamed);
        else tree.Add(SeccompArchitectures.X32Bit, killed);
        tree.Add(uint.MaxValue, architectures.Contains(SeccompArchitecture.X86_64) ? unnamed : killed);
        return tree.Build();
    }

    private static void AddTable(BpfGraph graph, SeccompPolicy policy, NumberTree tree, SeccompArchitecture architecture, uint first, int unnamed)
    {
        uint next = first;
        var conditions = new ConditionCompiler(graph, architecture == SeccompArchitecture.S390X);
        foreach (var entry in SyscallTable.For(architecture).Entries)
        {
            var rules = policy.RulesOf(architecture, entry.Number);
            int node = rules.Count == 0 ? unnamed : Rules(graph, conditions, rules, entry, unnamed);
            if (entry.Number != next) tree.Add(next, unnamed);
            tree.Add(entry.Number, node);
            next = entry.Number + 1;
        }

        tree.Add(next, unnamed);
    }

    // The harshest first; what follows a rule without conditions can't be reached.
    private static int Rules(BpfGraph graph, ConditionCompiler conditions, IReadOnlyList<SeccompRule> rules, SyscallEntry entry, int unnamed)
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

        int next = unnamed;
        foreach (var rule in Enumerable.Reverse(reachable))
        {
            int node = graph.Return(rule.Decision.ReturnValue);
            foreach (var condition in rule.Conditions.Reverse()) node = conditions.Compile(condition, entry.IsNarrow(condition.Index), node, next);
            next = node;
        }

        return next;
    }
}
