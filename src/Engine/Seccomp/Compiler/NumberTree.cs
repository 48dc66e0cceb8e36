namespace Sandbox.Seccomp;

/// <summary>
/// A balanced search on the number over ranges with the same outcome. It looks at nothing but the number, so that the kernel's
/// cache of constant allows (kernel/seccomp.c, seccomp_cache_prepare) covers every call that is allowed whatever its arguments.
/// </summary>
internal sealed class NumberTree(BpfGraph graph)
{
    private readonly List<(uint Start, int Node)> ranges = [];

    /// <summary>Adds a range that starts at a number and ends where the next one starts. Starts must grow.</summary>
    public void Add(uint start, int node)
    {
        if (ranges.Count > 0 && ranges[^1].Node == node) return;
        ranges.Add((start, node));
    }

    public int Build() => graph.Load(ClassicBpf.NumberOffset, Build(0, ranges.Count));

    private int Build(int from, int to)
    {
        if (to - from == 1) return ranges[from].Node;
        // One number within a range: a single comparison.
        if (to - from == 3 && ranges[from].Node == ranges[from + 2].Node && ranges[from + 1].Start == ranges[from + 2].Start - 1)
        {
            return graph.Jump(ClassicBpf.JumpEqual, ranges[from + 1].Start, ranges[from + 1].Node, ranges[from].Node);
        }

        int middle = (from + to) / 2;
        return graph.Jump(ClassicBpf.JumpGreaterOrEqual, ranges[middle].Start, Build(middle, to), Build(from, middle));
    }
}
