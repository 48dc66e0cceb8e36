namespace Sandbox.Seccomp;

/// <summary>
/// Plans a search over ranges that is as short as possible and takes at most a given number of comparisons. A split costs one
/// instruction, and so does a value that a leaf compares for equality: where that takes a range out, its neighbours with the same
/// outcome become one leaf.
/// </summary>
/// <remarks>
/// A search of depth d has 2^d slots. A leaf that compares k values is k deep itself, so it takes 2^k of them, beginning at a multiple
/// of 2^k; leaves that keep to this are what a tree of that depth can have, in this order. The cheapest ones are found by dynamic
/// programming from left to right over the ranges and the slots taken.
/// </remarks>
internal static class RangePlan
{
    // Values that one leaf compares one after the other, and the widest range that is taken out value by value.
    private const int MaximumSingles = 4, Widest = 3;

    /// <summary>The values from a start on, up to the next leaf's: those that are compared, and the outcome of the others.</summary>
    public sealed record Leaf(uint Start, int Node, IReadOnlyList<(uint Value, int Node)> Singles, int Slot);

    /// <summary>The leaves for some of the ranges, or null if they need more comparisons.</summary>
    public static List<Leaf>? Leaves(IReadOnlyList<(uint Start, int Node)> ranges, int from, int to, int depth)
    {
        var plans = new List<Plan>[to - from + 1];
        for (int at = 0; at < plans.Length; at++) plans[at] = [];
        plans[0].Add(new(0, 0, null, default));
        for (int at = from; at < to; at++)
        {
            var before = Best(plans[at - from]);
            foreach (var piece in Pieces(ranges, at, to))
            {
                foreach (var plan in before)
                {
                    int size = 1 << piece.Singles, slot = (plan.Slots + size - 1) / size * size;
                    if (slot + size <= 1 << depth) plans[piece.End - from].Add(new(slot + size, plan.Cost + piece.Singles + 1, plan, piece));
                }
            }
        }

        var leaves = new List<Leaf>();
        for (var plan = plans[^1].OrderBy(plan => plan.Cost).ThenBy(plan => plan.Slots).FirstOrDefault(); plan?.Before is { } before; plan = before)
        {
            leaves.Add(new(ranges[plan.Piece.From].Start, plan.Piece.Node, Singles(ranges, plan.Piece), plan.Slots - (1 << plan.Piece.Singles)));
        }

        leaves.Reverse();
        return leaves.Count == 0 ? null : leaves;
    }

    // A plan is kept if none that costs as little takes as few slots.
    private static List<Plan> Best(List<Plan> plans)
    {
        var best = new List<Plan>();
        foreach (var plan in plans.OrderBy(plan => plan.Slots).ThenBy(plan => plan.Cost))
        {
            if (best.Count == 0 || plan.Cost < best[^1].Cost) best.Add(plan);
        }

        return best;
    }

    // The leaves that can begin at a range; one that could take the next range for nothing is left out.
    private static IEnumerable<Piece> Pieces(IReadOnlyList<(uint Start, int Node)> ranges, int from, int to)
    {
        for (int of = from; of < to && of <= from + MaximumSingles; of++)
        {
            int node = ranges[of].Node, singles = 0;
            if (Enumerable.Range(from, of - from).Any(earlier => ranges[earlier].Node == node)) continue;
            for (int end = from; end < to; end++)
            {
                if (ranges[end].Node != node) singles += Width(ranges, end);
                if (singles > MaximumSingles) break;
                if (end >= of && (end + 1 == to || ranges[end + 1].Node != node)) yield return new(from, end + 1, node, singles);
            }
        }
    }

    private static List<(uint Value, int Node)> Singles(IReadOnlyList<(uint Start, int Node)> ranges, Piece piece)
    {
        var singles = new List<(uint Value, int Node)>();
        for (int at = piece.From; at < piece.End; at++)
        {
            if (ranges[at].Node == piece.Node) continue;
            for (uint value = ranges[at].Start; value < ranges[at + 1].Start; value++) singles.Add((value, ranges[at].Node));
        }

        return singles;
    }

    private static int Width(IReadOnlyList<(uint Start, int Node)> ranges, int at) =>
        at + 1 < ranges.Count && ranges[at + 1].Start - ranges[at].Start <= Widest ? (int)(ranges[at + 1].Start - ranges[at].Start) : MaximumSingles + 1;

    private sealed record Plan(int Slots, int Cost, Plan? Before, Piece Piece);

    private readonly record struct Piece(int From, int End, int Node, int Singles);
}
