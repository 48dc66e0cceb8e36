namespace Sandbox.Denials.Decoding;

/// <summary>How one parameter of a call is shown.</summary>
internal abstract class Parameter
{
    /// <summary>Which, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Its name in the manual page.</summary>
    public required string Name { get; init; }

    /// <summary>The bits of the argument that the kernel looks at.</summary>
    public ulong Mask { get; init; } = ulong.MaxValue;

    /// <summary>The argument whose bits tell whether this one is used, such as O_CREAT for a mode; null where it always is.</summary>
    public UseCondition? Needs { get; init; }

    /// <summary>Whether its values tell uses of the call apart, so that a trace records them.</summary>
    public bool Selects { get; init; }

    /// <summary>What it was.</summary>
    public abstract DecodedArgument Decode(ref CallContext call);

    protected ulong Value(in CallContext call) => call.Argument(Index) & Mask;
}
