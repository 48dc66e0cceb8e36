using System.Numerics;

namespace Sandbox.Seccomp;

/// <summary>
/// A search on one word over ranges with the same outcome. It looks at nothing but that word; on the number this means that the
/// kernel's cache of constant allows (kernel/seccomp.c, seccomp_cache_prepare) covers every call that is allowed whatever its
/// arguments.
/// </summary>
internal sealed class NumberTree(BpfGraph graph, uint offset)
{
    // Planning takes time with the square of the ranges; more are split in halves first.
    private const int MostPlanned = 256;

    private readonly List<(uint Start, int Node)> ranges = [];

    /// <summary>Adds a range that starts at a value and ends where the next one starts. Starts must grow, from 0.</summary>
    public void Add(uint start, int node)
    {
        if (ranges.Count > 0 && ranges[^1].Node == node) return;
        ranges.Add((start, node));
    }

    /// <summary>The search, of at most so many comparisons one after the other, or as few as there can be where that isn't enough.</summary>
    public int Build(int depth) => graph.Load(offset, Build(0, ranges.Count, depth));

    /// <summary>The search, where short matters as much as few comparisons.</summary>
    public int Build() => Build(BitOperations.Log2((uint)ranges.Count) + 2);

    private int Build(int from, int to, int depth)
    {
        if (to - from > MostPlanned)
        {
            int middle = (from + to) / 2;
            return graph.Jump(ClassicBpf.JumpGreaterOrEqual, ranges[middle].Start, Build(middle, to, depth - 1), Build(from, middle, depth - 1));
        }

        for (depth = Math.Max(depth, 0); ; depth++)
        {
            if (RangePlan.Leaves(ranges, from, to, depth) is { } leaves) return Build(leaves, 0, leaves.Count, 0, 1 << depth);
        }
    }

    // Each half of the slots is a side of the split; an empty half needs none.
    private int Build(List<RangePlan.Leaf> leaves, int from, int to, int slot, int slots)
    {
        if (to - from == 1)
        {
            int node = leaves[from].Node;
            foreach (var (value, target) in leaves[from].Singles.Reverse()) node = graph.Jump(ClassicBpf.JumpEqual, value, target, node);
            return node;
        }

        int half = slots / 2, middle = from;
        while (middle < to && leaves[middle].Slot < slot + half) middle++;
        if (middle == to) return Build(leaves, from, to, slot, half);
        int high = Build(leaves, middle, to, slot + half, half);
        return middle == from ? high : graph.Jump(ClassicBpf.JumpGreaterOrEqual, leaves[middle].Start, high, Build(leaves, from, middle, slot, half));
    }
}
