using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sandbox.Denials;

/// <summary>Text of a hostile target, made safe to print.</summary>
internal static class ArgumentText
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5f).Where(b => b != '\\').Select(b => (byte)b)]);

    /// <summary>
    /// Bytes as text: UTF-8, with C escapes for a backslash, control characters, bytes that are no UTF-8, and characters that change the
    /// direction or can't be seen. So a terminal prints it as it is, and no two names look alike by it.
    /// </summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOfAnyExcept(Plain) < 0) return Encoding.ASCII.GetString(bytes);
        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var length);
            if (status == OperationStatus.Done && IsPlain(rune)) text.Append(rune.ToString());
            else foreach (var b in bytes[..length]) text.Append(Escape(b));
            bytes = bytes[length..];
        }

        return text.ToString();
    }

    public static string Number(ulong value) => value < 4096 || (long)value is < 0 and > -4096
        ? ((long)value).ToString(CultureInfo.InvariantCulture)
        : Hex(value);

    public static string Hex(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");

    private static bool IsPlain(Rune rune) => rune.Value != '\\' && Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or
        UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned) && (rune.Value == ' ' || !Rune.IsWhiteSpace(rune));

    private static string Escape(byte value) => value switch
    {
        (byte)'\\' => "\\\\",
        (byte)'\n' => "\\n",
        (byte)'\r' => "\\r",
        (byte)'\t' => "\\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\x{value:x2}"),
    };
}
