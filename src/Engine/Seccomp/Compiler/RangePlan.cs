namespace Sandbox.Seccomp;

/// <summary>
/// Chooses which ranges a search splits and which it takes out value by value. A split costs one instruction for each border between
/// ranges that stay, a value that is taken out costs one; where a range is taken out, its neighbours with the same outcome become one.
/// The cheapest choice is found by dynamic programming over the ranges and the outcome of the last one that stays.
/// </summary>
internal static class RangePlan
{
    private const int Widest = 3;

    /// <summary>A range that stays, with the values in it that are compared first.</summary>
    public sealed record Leaf(uint Start, int Node, List<(uint Value, int Node)> Singles)
    {
        public long Weight => 1L << Singles.Count;
    }

    public static List<Leaf> Leaves(List<(uint Start, int Node)> ranges, int maximumSingles)
    {
        bool[] stays = Choose(ranges);
        var leaves = new List<Leaf>();
        for (int at = 0; at < ranges.Count; at++)
        {
            var (start, node) = ranges[at];
            if (stays[at] && (leaves.Count == 0 || leaves[^1].Node != node)) leaves.Add(new(start, node, []));
            if (stays[at]) continue;
            var last = leaves[^1];
            if (last.Singles.Count + Width(ranges, at) > maximumSingles) leaves.Add(last = last with { Start = start, Singles = [] });
            for (uint value = start; value < ranges[at + 1].Start; value++) last.Singles.Add((value, node));
        }

        return leaves;
    }

    // cost[outcome of the last range that stays] -> (cost, what stayed), one range after the other.
    private static bool[] Choose(List<(uint Start, int Node)> ranges)
    {
        var states = new Dictionary<int, (int Cost, Choice Last)> { [ranges[0].Node] = (0, new(0, null)) };
        for (int at = 1; at < ranges.Count; at++)
        {
            int node = ranges[at].Node, width = Width(ranges, at);
            var best = states.MinBy(state => state.Value.Cost + (state.Key == node ? 0 : 1));
            var stay = (Cost: best.Value.Cost + (best.Key == node ? 0 : 1), Last: new Choice(at, best.Value.Last));
            var next = new Dictionary<int, (int Cost, Choice Last)>();
            if (width <= Widest)
            {
                foreach (var (last, state) in states) next[last] = (state.Cost + width, state.Last);
            }

            if (!next.TryGetValue(node, out var other) || other.Cost >= stay.Cost) next[node] = stay;
            states = next;
        }

        var stays = new bool[ranges.Count];
        for (var choice = states.Values.MinBy(state => state.Cost).Last; choice is not null; choice = choice.Before) stays[choice.At] = true;
        return stays;
    }

    private static int Width(List<(uint Start, int Node)> ranges, int at) =>
        at + 1 < ranges.Count && ranges[at + 1].Start - ranges[at].Start <= Widest ? (int)(ranges[at + 1].Start - ranges[at].Start) : int.MaxValue / 2;

    private sealed record Choice(int At, Choice? Before);
}
