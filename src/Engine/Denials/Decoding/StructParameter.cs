using System.Runtime.CompilerServices;
using System.Text;

namespace Sandbox.Denials.Decoding;

/// <summary>A struct by its fields: <c>{flags=O_RDONLY, mode=0, resolve=RESOLVE_BENEATH}</c>.</summary>
/// <param name="layout">Its fields.</param>
/// <param name="length">The parameter with its size, for one that grows; null where it is fixed.</param>
internal sealed class StructParameter(StructLayout layout, int? length) : Parameter
{
    private const int MaxSize = 256;

    /// <summary>Its size, as far as it is known.</summary>
    public int Size => layout.Size;

    /// <summary>The parameter with its size; null where that is fixed.</summary>
    public int? LengthIndex => length;

    [SkipLocalsInit]
    public override DecodedArgument Decode(ref CallContext call)
    {
        var address = Value(call);
        if (address == 0) return new(Index, Name, "NULL");
        Span<byte> bytes = stackalloc byte[MaxSize];
        // A program of an older header passes less than the struct has.
        bytes = bytes[..(int)Math.Min((ulong)Math.Min(layout.Size, MaxSize), length is { } index ? call.Argument(index) : ulong.MaxValue)];
        var got = TargetText.Read(call.Target, address, bytes);
        if (got == 0 && bytes.Length > 0) return new(Index, Name, TargetText.Unreadable(address));
        var text = new StringBuilder("{");
        foreach (var field in layout.Fields)
        {
            if (field.Offset + field.Size > got) break;
            if (text.Length > 1) text.Append(", ");
            text.Append(field.Name).Append('=').Append(field.Format.Format(call.Abi.Number(bytes.Slice(field.Offset, field.Size))));
        }

        if (got < bytes.Length) text.Append(text.Length > 1 ? ", " : "").Append(TargetText.Unreadable(address + (ulong)got));
        return new(Index, Name, text.Append('}').ToString());
    }
}
