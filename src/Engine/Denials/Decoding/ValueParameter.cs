namespace Sandbox.Denials.Decoding;

/// <summary>A number or constants. The last values are kept, for a program repeats its calls.</summary>
internal sealed class ValueParameter(ValueFormat format) : Parameter
{
    private const int Kept = 8;
    private readonly Entry?[] _kept = new Entry?[Kept];

    public override DecodedArgument Decode(ref CallContext call)
    {
        var value = Value(call);
        // An entry never changes, so that threads may share it.
        ref var slot = ref _kept[(int)((value * 0x9E37_79B9_7F4A_7C15) >> 61)];
        if (slot is { } entry && entry.Value == value) return entry.Argument;
        var made = new Entry(value, new(Index, Name, format.Format(value)));
        slot = made;
        return made.Argument;
    }

    private sealed record Entry(ulong Value, DecodedArgument Argument);
}
