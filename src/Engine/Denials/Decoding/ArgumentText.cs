using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sandbox.Denials;

/// <summary>
/// Bytes of a target as text that is safe on a terminal and in a log. Control characters, bytes that are no UTF-8, invisible and
/// direction-changing characters and the backslash itself are escaped as in C: <c>\n</c>, <c>\x1b</c> for a byte, <c>\u202e</c> for a
/// character. So the bytes can be told from the text, and a text without a backslash is the bytes themselves.
/// </summary>
internal static class ArgumentText
{
    /// <summary>The longest text in characters; a longer one ends with an ellipsis.</summary>
    public const int MaxLength = 4096;

    private const char Ellipsis = '…';

    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(i => (byte)i).Where(b => b != '\\')]);

    public static string Of(ReadOnlySpan<byte> bytes) => Of(bytes, out _);

    /// <summary>The text of all bytes; <paramref name="complete"/> is false where it is cut.</summary>
    public static string Of(ReadOnlySpan<byte> bytes, out bool complete)
    {
        if (bytes.ContainsAnyExcept(Plain)) return Escape(bytes, out complete);
        complete = bytes.Length <= MaxLength;
        return complete ? Encoding.ASCII.GetString(bytes) : Encoding.ASCII.GetString(bytes[..MaxLength]) + Ellipsis;
    }

    private static string Escape(ReadOnlySpan<byte> bytes, out bool complete)
    {
        var text = new StringBuilder(Math.Min(bytes.Length * 2, MaxLength));
        while (!bytes.IsEmpty)
        {
            if (text.Length >= MaxLength)
            {
                complete = false;
                return text.Append(Ellipsis).ToString();
            }

            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done) Append(text, rune);
            else foreach (var b in bytes[..length]) text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
            bytes = bytes[length..];
        }

        complete = true;
        return text.ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        var value = rune.Value;
        switch (value)
        {
            case '\\': text.Append(@"\\"); break;
            case '\n': text.Append(@"\n"); break;
            case '\r': text.Append(@"\r"); break;
            case '\t': text.Append(@"\t"); break;
            case < 0x20 or 0x7F: text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}"); break;
            default:
                if (IsVisible(rune)) text.Append(rune);
                else if (value <= 0xFFFF) text.Append(CultureInfo.InvariantCulture, $"\\u{value:x4}");
                else text.Append(CultureInfo.InvariantCulture, $"\\U{value:x8}");
                break;
        }
    }

    // C1 controls steer terminals; format characters hide or turn text; the separators end lines; other blanks look like one.
    private static bool IsVisible(Rune rune) => (rune.Value == ' ' || !Rune.IsWhiteSpace(rune)) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
