namespace Sandbox.Seccomp;

/// <summary>
/// Sets of argument values as cubes: the values whose bits under a mask are given. Unlike a range or several conditions, one cube is one
/// masked comparison, which every reader of policies takes alike.
/// </summary>
internal static class ValueCubes
{
    /// <summary>The values of which the bits under Mask are those of Value.</summary>
    public readonly record struct Cube(ulong Mask, ulong Value);

    /// <summary>The values for which a condition holds, as cubes that don't overlap; none where it never holds.</summary>
    public static IEnumerable<Cube> Of(SeccompCondition condition, bool narrow)
    {
        ulong all = narrow ? uint.MaxValue : ulong.MaxValue;
        ulong value = narrow ? SeccompCondition.Narrow(condition.Value) : condition.Value;
        ulong two = narrow ? SeccompCondition.Narrow(condition.ValueTwo) : condition.ValueTwo;
        if (condition.Operator == SeccompOperator.MaskedEqual) return (two & ~(value & all)) == 0 ? [new(value & all, two)] : [];
        if (value > all) return condition.Operator is SeccompOperator.NotEqual or SeccompOperator.Less or SeccompOperator.LessOrEqual ? [new(0, 0)] : [];
        return condition.Operator switch
        {
            SeccompOperator.Equal => [new(all, value)],
            SeccompOperator.NotEqual => [.. Above(value, all), .. Below(value, all)],
            SeccompOperator.Less => Below(value, all),
            SeccompOperator.LessOrEqual => [.. Below(value, all), new(all, value)],
            SeccompOperator.Greater => Above(value, all),
            _ => [.. Above(value, all), new(all, value)],
        };
    }

    /// <summary>The values for which all conditions on one argument hold.</summary>
    public static IReadOnlyList<Cube> Of(IEnumerable<SeccompCondition> conditions, bool narrow) =>
        conditions.Aggregate((IReadOnlyList<Cube>)[new(0, 0)], (left, condition) => Intersect(left, [.. Of(condition, narrow)]));

    /// <summary>The values of both sets.</summary>
    public static IReadOnlyList<Cube> Intersect(IReadOnlyList<Cube> first, IReadOnlyList<Cube> second) =>
        [.. from one in first from two in second where ((one.Value ^ two.Value) & one.Mask & two.Mask) == 0 select new Cube(one.Mask | two.Mask, one.Value | two.Value)];

    // The same down to a bit, and there 1 where the limit has 0, or 0 where it has 1.
    private static IEnumerable<Cube> Above(ulong limit, ulong all) => Bits(all).Where(bit => (limit & bit) == 0).Select(bit => new Cube(Down(bit, all), (limit & Down(bit, all)) | bit));

    private static IEnumerable<Cube> Below(ulong limit, ulong all) => Bits(all).Where(bit => (limit & bit) != 0).Select(bit => new Cube(Down(bit, all), limit & Down(bit, all) & ~bit));

    private static ulong Down(ulong bit, ulong all) => all & ~(bit - 1);

    private static IEnumerable<ulong> Bits(ulong all) => Enumerable.Range(0, 64).Select(bit => 1ul << bit).Where(bit => (all & bit) != 0);
}
