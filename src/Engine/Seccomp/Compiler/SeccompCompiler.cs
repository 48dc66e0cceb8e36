namespace Sandbox.Seccomp;

/// <summary>Policies to classic BPF.</summary>
public static class SeccompCompiler
{
    // A call that its number decides takes at most so many: load arch, compare, load nr, the search, return.
    private const int LongestNamePath = 12;

    private static readonly SeccompDecision Killed = new(SeccompAction.KillProcess);

    /// <summary>
    /// Compiles a policy. The program checks the architecture first (unknown: kill), then searches the number, then checks
    /// arguments; x32 calls are killed unless the policy lists x32.
    /// </summary>
    public static SeccompProgram Compile(SeccompPolicy policy) => Compile(policy, Killed);

    /// <summary>
    /// Compiles the filter of a supervised run: whatever the policy refuses or logs, calls of architectures that it doesn't list too, is
    /// a notification.
    /// </summary>
    public static SeccompProgram CompileForObservation(SeccompPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return Compile(policy.ForObservation(), new(SeccompAction.Notify));
    }

    private static SeccompProgram Compile(SeccompPolicy policy, SeccompDecision unlisted)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var graph = new BpfGraph();
        int foreign = graph.Return(unlisted.ReturnValue), next = foreign;
        var groups = policy.Architectures.GroupBy(SeccompArchitectures.AuditArchitecture)
            .OrderBy(group => group.Contains(SeccompArchitectures.Native)).ToArray(); // the native one is compared first, so it is built last
        for (int at = 0; at < groups.Length; at++)
        {
            int compared = groups.Length - at;
            next = graph.Jump(ClassicBpf.JumpEqual, groups[at].Key, Numbers(graph, policy, [.. groups[at]], foreign, LongestNamePath - compared - 3), next);
        }

        int root = graph.Load(ClassicBpf.ArchitectureOffset, next);
        bool bigEndian = policy.Architectures[0] == SeccompArchitecture.S390X;
        var program = new SeccompProgram(BpfLayout.Layout(graph, root, []), bigEndian);
        if (program.LongestNamePath <= LongestNamePath) return program;
        // Between the numbers' comparisons, checks of arguments can push them so far apart that a jump takes two steps. Behind them it is
        // the calls that are checked which take a step more, and the program that is longer.
        var instructions = BpfLayout.Layout(graph, root, graph.ArgumentChecks(root));
        return instructions.Count <= ClassicBpf.MaximumInstructions && new SeccompProgram(instructions, bigEndian) is var other && other.LongestNamePath < program.LongestNamePath ? other : program;
    }

    private static int Numbers(BpfGraph graph, SeccompPolicy policy, SeccompArchitecture[] architectures, int killed, int depth)
    {
        var tree = new NumberTree(graph, ClassicBpf.NumberOffset);
        int unnamed = graph.Return(policy.Default.ReturnValue);
        bool x86 = architectures.Contains(SeccompArchitecture.X86_64) || architectures.Contains(SeccompArchitecture.X32);
        if (!x86)
        {
            AddTable(graph, policy, tree, architectures[0], 0, unnamed);
            return tree.Build(depth);
        }

        if (architectures.Contains(SeccompArchitecture.X86_64)) AddTable(graph, policy, tree, SeccompArchitecture.X86_64, 0, unnamed);
        else tree.Add(0, killed);
        if (architectures.Contains(SeccompArchitecture.X32)) AddTable(graph, policy, tree, SeccompArchitecture.X32, SeccompArchitectures.X32Bit, unnamed);
        else tree.Add(SeccompArchitectures.X32Bit, killed);
        tree.Add(uint.MaxValue, architectures.Contains(SeccompArchitecture.X86_64) ? unnamed : killed);
        return tree.Build(depth);
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
