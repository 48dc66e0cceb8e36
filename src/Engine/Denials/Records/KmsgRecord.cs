using System.Buffers.Text;

namespace Sandbox.Denials;

/// <summary>
/// One record of /dev/kmsg: <c>PREFIX,SEQUENCE,MICROSECONDS,FLAGS[,…];TEXT</c> (Documentation/ABI/testing/dev-kmsg). The prefix is the
/// level and eight times the facility. It refers to the bytes that it was parsed from.
/// </summary>
internal readonly ref struct KmsgRecord
{
    private static ReadOnlySpan<byte> AuditPrefix => "audit: type="u8;

    /// <summary>Counts every record of the log.</summary>
    public ulong Sequence { get; private init; }

    /// <summary>Whether the kernel wrote it: what a process writes has another facility, whatever it asks for.</summary>
    public bool IsKernel { get; private init; }

    /// <summary>The text, still with escapes.</summary>
    public ReadOnlySpan<byte> Text { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> bytes, out KmsgRecord record)
    {
        record = default;
        var semicolon = bytes.IndexOf((byte)';');
        if (semicolon < 0 || !Utf8Parser.TryParse(bytes, out uint prefix, out var used) || bytes[used] != ',') return false;
        var rest = bytes[(used + 1)..];
        if (!Utf8Parser.TryParse(rest, out ulong sequence, out used) || rest[used] != ',') return false;
        var text = bytes[(semicolon + 1)..];
        // The first line; what follows are properties of a device.
        var end = text.IndexOf((byte)'\n');
        record = new() { Sequence = sequence, IsKernel = prefix >> 3 == 0, Text = end < 0 ? text : text[..end] };
        return true;
    }

    /// <summary>The type and the text of an audit record, where it is one.</summary>
    public bool TryAudit(out int type, out ReadOnlySpan<byte> text)
    {
        type = 0;
        text = default;
        if (!IsKernel || !Text.StartsWith(AuditPrefix)) return false;
        var rest = Text[AuditPrefix.Length..];
        if (!Utf8Parser.TryParse(rest, out type, out var used) || used >= rest.Length || rest[used] != ' ') return false;
        text = Unescape(rest[(used + 1)..]);
        return true;
    }

    /// <summary>
    /// How many audit records the rate limit of printk swallowed, where this is the line that tells (lib/ratelimit.c); the kernel writes
    /// it only at the next record of a later window.
    /// </summary>
    public long? Suppressed()
    {
        if (!IsKernel || !Text.EndsWith(" callbacks suppressed"u8)) return null;
        var colon = Text.IndexOf(": "u8);
        if (colon <= 0 || Text[..colon].IndexOf("audit"u8) < 0) return null;
        return Utf8Parser.TryParse(Text[(colon + 2)..], out long count, out _) ? count : null;
    }

    // The log writes what isn't printable, and the backslash, as \xHH.
    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> text)
    {
        if (text.IndexOf("\\x"u8) < 0) return text;
        var result = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text[i + 1] == 'x' && Utf8Parser.TryParse(text.Slice(i + 2, 2), out byte value, out var used, 'x') && used == 2)
            {
                result[length++] = value;
                i += 3;
            }
            else
            {
                result[length++] = text[i];
            }
        }

        return result.AsSpan(0, length);
    }
}
