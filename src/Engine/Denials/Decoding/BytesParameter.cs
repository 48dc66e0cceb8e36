using System.Runtime.CompilerServices;

namespace Sandbox.Denials.Decoding;

/// <summary>Bytes as text whose length another argument tells, such as a host name, or that is fixed, such as the character of TIOCSTI.</summary>
internal sealed class BytesParameter : Parameter
{
    /// <summary>The most bytes that are shown, at most 256.</summary>
    public required int Most { get; init; }

    /// <summary>The parameter with the length; null where it is <see cref="Most"/>.</summary>
    public int? Length { get; init; }

    [SkipLocalsInit]
    public override DecodedArgument Decode(ref CallContext call)
    {
        var address = Value(call);
        if (address == 0) return new(Index, Name, "NULL");
        var length = Length is { } index ? call.Argument(index) : (ulong)Most;
        Span<byte> bytes = stackalloc byte[256];
        bytes = bytes[..(int)Math.Min(length, (ulong)Most)];
        var got = TargetText.Read(call.Target, address, bytes);
        if (got < bytes.Length) return new(Index, Name, TargetText.Unreadable(address));
        var text = ArgumentText.Of(bytes);
        return new(Index, Name, bytes.IsEmpty ? "\"\"" : length > (ulong)Most ? text + "…" : text);
    }
}
