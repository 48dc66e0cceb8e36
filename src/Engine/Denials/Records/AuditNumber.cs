using System.Buffers.Text;

namespace Sandbox.Denials;

/// <summary>Numbers as records have them; a value is a number as a whole or not at all.</summary>
internal static class AuditNumber
{
    public static bool TryDecimal(ReadOnlySpan<byte> text, out long value) => Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && used > 0;

    /// <summary>Hexadecimal, with or without 0x.</summary>
    public static bool TryHex(ReadOnlySpan<byte> text, out ulong value)
    {
        if (text.StartsWith("0x"u8)) text = text[2..];
        return Utf8Parser.TryParse(text, out value, out var used, 'x') && used == text.Length && used > 0;
    }
}
