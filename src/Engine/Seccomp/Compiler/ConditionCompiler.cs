namespace Sandbox.Seccomp;

/// <summary>Conditions as nodes: classic BPF compares 32-bit words, so a 64-bit argument is two loads.</summary>
internal sealed class ConditionCompiler(BpfGraph graph, bool bigEndian)
{
    public int Compile(SeccompCondition condition, bool narrow, int whenTrue, int whenFalse)
    {
        ulong value = narrow ? SeccompCondition.Narrow(condition.Value) : condition.Value;
        var word = new Argument(ClassicBpf.LowOffset(condition.Index, bigEndian), ClassicBpf.HighOffset(condition.Index, bigEndian), narrow);
        return condition.Operator switch
        {
            SeccompOperator.Equal => Masked(word, ulong.MaxValue, value, whenTrue, whenFalse),
            SeccompOperator.NotEqual => Masked(word, ulong.MaxValue, value, whenFalse, whenTrue),
            SeccompOperator.Less => Below(word, value, whenTrue, whenFalse),
            SeccompOperator.GreaterOrEqual => Below(word, value, whenFalse, whenTrue),
            SeccompOperator.LessOrEqual => value == ulong.MaxValue ? whenTrue : Below(word, value + 1, whenTrue, whenFalse),
            SeccompOperator.Greater => value == ulong.MaxValue ? whenFalse : Below(word, value + 1, whenFalse, whenTrue),
            _ => Masked(word, value, narrow ? SeccompCondition.Narrow(condition.ValueTwo) : condition.ValueTwo, whenTrue, whenFalse),
        };
    }

    private int Masked(Argument word, ulong mask, ulong value, int whenTrue, int whenFalse)
    {
        // The high half of a narrow argument counts as zero, so the value must have none.
        if ((value & ~mask) != 0 || (word.Narrow && value > uint.MaxValue)) return whenFalse;
        int low = MaskedWord(word.Low, (uint)mask, (uint)value, whenTrue, whenFalse);
        return word.Narrow ? low : MaskedWord(word.High, (uint)(mask >> 32), (uint)(value >> 32), low, whenFalse);
    }

    private int MaskedWord(uint offset, uint mask, uint value, int whenTrue, int whenFalse)
    {
        if (mask == 0) return whenTrue;
        if (mask == uint.MaxValue) return graph.Load(offset, graph.Jump(ClassicBpf.JumpEqual, value, whenTrue, whenFalse));
        if (value == 0) return graph.Load(offset, graph.Jump(ClassicBpf.JumpSet, mask, whenFalse, whenTrue));
        if (value == mask && (mask & (mask - 1)) == 0) return graph.Load(offset, graph.Jump(ClassicBpf.JumpSet, mask, whenTrue, whenFalse));
        // The accumulator holds no whole word after the and: both ways load again.
        return whenTrue == whenFalse ? whenTrue : graph.Load(offset, graph.And(mask, graph.Jump(ClassicBpf.JumpEqual, value, whenTrue, whenFalse)));
    }

    private int Below(Argument word, ulong limit, int whenTrue, int whenFalse)
    {
        if (limit == 0) return whenFalse;
        var (high, low) = ((uint)(limit >> 32), (uint)limit);
        if (word.Narrow) return high != 0 ? whenTrue : BelowWord(word.Low, low, whenTrue, whenFalse);
        if (low == 0) return BelowWord(word.High, high, whenTrue, whenFalse);
        int equal = graph.Jump(ClassicBpf.JumpEqual, high, BelowWord(word.Low, low, whenTrue, whenFalse), whenFalse);
        return graph.Load(word.High, high == 0 ? equal : graph.Jump(ClassicBpf.JumpGreaterOrEqual, high, equal, whenTrue));
    }

    private int BelowWord(uint offset, uint limit, int whenTrue, int whenFalse) =>
        graph.Load(offset, graph.Jump(ClassicBpf.JumpGreaterOrEqual, limit, whenFalse, whenTrue));

    private readonly record struct Argument(uint Low, uint High, bool Narrow);
}
