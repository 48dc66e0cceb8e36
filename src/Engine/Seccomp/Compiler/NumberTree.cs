namespace Sandbox.Seccomp;

/// <summary>
/// A search on one word over ranges with the same outcome. It looks at nothing but that word; on the number this means that the
/// kernel's cache of constant allows (kernel/seccomp.c, seccomp_cache_prepare) covers every call that is allowed whatever its
/// arguments. Ranges of a few values are taken out by comparisons for equality where that makes the program shorter; what is left is
/// split in halves.
/// </summary>
internal sealed class NumberTree(BpfGraph graph, uint offset)
{
    // Values that one leaf compares one after the other: more would make the program shorter and its longest path longer.
    private const int MaximumSingles = 4;

    private readonly List<(uint Start, int Node)> ranges = [];

    /// <summary>Adds a range that starts at a value and ends where the next one starts. Starts must grow, from 0.</summary>
    public void Add(uint start, int node)
    {
        if (ranges.Count > 0 && ranges[^1].Node == node) return;
        ranges.Add((start, node));
    }

    public int Build()
    {
        var leaves = RangePlan.Leaves(ranges, MaximumSingles);
        return graph.Load(offset, Build(leaves, 0, leaves.Count));
    }

    private int Build(List<RangePlan.Leaf> leaves, int from, int to)
    {
        if (to - from == 1)
        {
            int node = leaves[from].Node;
            foreach (var (value, target) in Enumerable.Reverse(leaves[from].Singles)) node = graph.Jump(ClassicBpf.JumpEqual, value, target, node);
            return node;
        }

        int middle = Middle(leaves, from, to);
        return graph.Jump(ClassicBpf.JumpGreaterOrEqual, leaves[middle].Start, Build(leaves, middle, to), Build(leaves, from, middle));
    }

    // A leaf with k comparisons is k deep already, so it counts as 2^k leaves; half of the weight on each side keeps the longest path short.
    private static int Middle(List<RangePlan.Leaf> leaves, int from, int to)
    {
        long total = 0;
        for (int at = from; at < to; at++) total += leaves[at].Weight;
        long left = 0;
        for (int at = from; at < to - 1; at++)
        {
            left += leaves[at].Weight;
            if (2 * left >= total) return 2 * left - total > leaves[at].Weight && at > from ? at : at + 1;
        }

        return to - 1;
    }
}
