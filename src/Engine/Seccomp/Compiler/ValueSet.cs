namespace Sandbox.Seccomp;

/// <summary>A set of 32-bit values as sorted ranges: what rules that look at one narrow argument only let through.</summary>
internal sealed class ValueSet
{
    private readonly List<(ulong First, ulong Last)> ranges;

    private ValueSet(List<(ulong First, ulong Last)> ranges) => this.ranges = ranges;

    public IReadOnlyList<(ulong First, ulong Last)> Ranges => ranges;

    /// <summary>The values that all conditions of a rule let through, if they look at one argument and none masks it.</summary>
    public static ValueSet? Of(SeccompRule rule)
    {
        if (rule.Conditions.Count == 0 || rule.Conditions.Any(condition => condition.Operator == SeccompOperator.MaskedEqual || condition.Index != rule.Conditions[0].Index)) return null;
        return rule.Conditions.Select(Of).Aggregate((a, b) => a.Intersect(b));
    }

    public ValueSet Union(ValueSet other)
    {
        var all = new List<(ulong First, ulong Last)>();
        foreach (var range in ranges.Concat(other.ranges).Order())
        {
            if (all.Count > 0 && range.First <= all[^1].Last + 1) all[^1] = (all[^1].First, Math.Max(all[^1].Last, range.Last));
            else all.Add(range);
        }

        return new(all);
    }

    private ValueSet Intersect(ValueSet other)
    {
        var all = new List<(ulong First, ulong Last)>();
        foreach (var (first, last) in ranges)
        {
            foreach (var (otherFirst, otherLast) in other.ranges)
            {
                if (Math.Max(first, otherFirst) <= Math.Min(last, otherLast)) all.Add((Math.Max(first, otherFirst), Math.Min(last, otherLast)));
            }
        }

        return new(all);
    }

    private static ValueSet Of(SeccompCondition condition)
    {
        ulong value = SeccompCondition.Narrow(condition.Value);
        const ulong Top = uint.MaxValue;
        return new(condition.Operator switch
        {
            SeccompOperator.Equal => Clip(value, value),
            SeccompOperator.NotEqual => [.. value == 0 ? [] : Clip(0, value - 1), .. value >= Top ? [] : Clip(value + 1, Top)],
            SeccompOperator.Less => value == 0 ? [] : Clip(0, value - 1),
            SeccompOperator.LessOrEqual => Clip(0, value),
            SeccompOperator.Greater => value >= Top ? [] : Clip(value + 1, Top),
            _ => Clip(value, Top),
        });

        static List<(ulong, ulong)> Clip(ulong first, ulong last) => first > Top || first > last ? [] : [(first, Math.Min(last, Top))];
    }
}
