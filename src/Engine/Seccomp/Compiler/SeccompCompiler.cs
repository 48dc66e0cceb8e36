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
        var tree = new NumberTree(graph, ClassicBpf.NumberOffset);
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
        foreach (var entry in SyscallTable.For(architecture).Entries)
        {
            var rules = policy.RulesOf(architecture, entry.Number);
            int node = rules.Count == 0 ? unnamed : new RuleCompiler(graph, entry, architecture == SeccompArchitecture.S390X).Compile(rules, unnamed);
            if (entry.Number != next) tree.Add(next, unnamed);
            tree.Add(entry.Number, node);
            next = entry.Number + 1;
        }

        tree.Add(next, unnamed);
    }
}
