namespace Sandbox.Denials.Decoding;

/// <summary>Bits of one argument that another one depends on.</summary>
/// <param name="Index">The argument.</param>
/// <param name="Bits">The bits: any of them.</param>
/// <param name="IsSet">Whether they must be set or clear.</param>
internal sealed record UseCondition(int Index, ulong Bits, bool IsSet = true)
{
    public bool Holds(in CallContext call) => ((call.Argument(Index) & Bits) != 0) == IsSet;
}
