namespace Sandbox.Seccomp;

/// <summary>Conditions that must all hold. Lists of them are alternatives; none is never, one that is empty is always.</summary>
internal static class Conjunction
{
    // More alternatives than a filter has instructions can't be compiled.
    private const int MostAlternatives = ClassicBpf.MaximumInstructions;

    public static readonly ValueList<SeccompCondition>[] Always = [ValueList<SeccompCondition>.Of([])];

    /// <summary>Both of two lists of alternatives.</summary>
    public static ValueList<SeccompCondition>[] And(ValueList<SeccompCondition>[] first, ValueList<SeccompCondition>[] second, int most = MostAlternatives)
    {
        if ((long)first.Length * second.Length > 16 * most) throw TooMany(most);
        return Simplify([.. from one in first from two in second select ValueList<SeccompCondition>.Of(one.Concat(two).Distinct())], most);
    }

    /// <summary>What none of the alternatives has.</summary>
    public static ValueList<SeccompCondition>[] Not(ValueList<SeccompCondition>[] alternatives, Func<int, bool> isNarrow, int most = MostAlternatives) =>
        alternatives.Aggregate(Always, (all, one) => And(all, [.. one.SelectMany(condition => Negate(condition, isNarrow))], most));

    /// <summary>Alternatives without those that can't hold and those that another has already.</summary>
    public static ValueList<SeccompCondition>[] Simplify(IEnumerable<ValueList<SeccompCondition>> alternatives, int most = MostAlternatives)
    {
        var possible = alternatives.Where(IsPossible).Distinct().OrderBy(one => one.Count).ToList();
        var kept = new List<ValueList<SeccompCondition>>();
        foreach (var one in possible)
        {
            if (!kept.Any(other => other.All(one.Contains))) kept.Add(one);
        }

        return kept.Count > most ? throw TooMany(most) : [.. kept];
    }

    // Of contradictions the plain one is enough: it is what negation makes.
    private static bool IsPossible(ValueList<SeccompCondition> conditions)
    {
        foreach (var condition in conditions.Where(condition => condition.Operator == SeccompOperator.Equal))
        {
            if (conditions.Any(other => other.Index == condition.Index && other.Operator != SeccompOperator.MaskedEqual && !other.Holds(condition.Value, narrow: false)
                && SeccompCondition.Narrow(condition.Value) == condition.Value && SeccompCondition.Narrow(other.Value) == other.Value)) return false;
        }

        return true;
    }

    private static IEnumerable<ValueList<SeccompCondition>> Negate(SeccompCondition condition, Func<int, bool> isNarrow)
    {
        var (index, value) = (condition.Index, condition.Value);
        return condition.Operator switch
        {
            SeccompOperator.Equal => One(new(index, SeccompOperator.NotEqual, value)),
            SeccompOperator.NotEqual => One(new(index, SeccompOperator.Equal, value)),
            SeccompOperator.Less => One(new(index, SeccompOperator.GreaterOrEqual, value)),
            SeccompOperator.LessOrEqual => One(new(index, SeccompOperator.Greater, value)),
            SeccompOperator.Greater => One(new(index, SeccompOperator.LessOrEqual, value)),
            SeccompOperator.GreaterOrEqual => One(new(index, SeccompOperator.Less, value)),
            _ when isNarrow(index) => NegateMask(index, SeccompCondition.Narrow(value), SeccompCondition.Narrow(condition.ValueTwo), narrow: true),
            _ => NegateMask(index, value, condition.ValueTwo, narrow: false),
        };
    }

    // A masked comparison fails where one bit of the mask differs.
    private static IEnumerable<ValueList<SeccompCondition>> NegateMask(int index, ulong mask, ulong value, bool narrow)
    {
        if (narrow && value <= uint.MaxValue) mask = (uint)mask;
        if ((value & ~mask) != 0 || (narrow && value > uint.MaxValue)) return Always;
        return Enumerable.Range(0, 64).Select(bit => 1ul << bit).Where(bit => (mask & bit) != 0)
            .SelectMany(bit => One(new(index, SeccompOperator.MaskedEqual, bit, ~value & bit)));
    }

    private static ValueList<SeccompCondition>[] One(SeccompCondition condition) => [ValueList<SeccompCondition>.Of([condition])];

    private static SandboxException TooMany(int most) => new("SeccompPolicy,TOO_MANY_ALTERNATIVES", SandboxErrorKind.ResourceUnavailable,
        $"The conditions would become more than {most} alternatives, which is more than a filter can hold.", "Use fewer masked comparisons on one call.");
}
