using System.Buffers.Text;

namespace Sandbox.Denials;

/// <summary>
/// The beginning of each record's text, <c>audit(SECONDS.MILLISECONDS:SERIAL): </c> (kernel/audit.c, audit_log_start). The records of one
/// event share time and serial.
/// </summary>
/// <param name="UtcTime">When it was begun, to a jiffy.</param>
/// <param name="Serial">Counts all records of the machine; wraps at 32 bits.</param>
/// <param name="Length">Where the fields begin.</param>
internal readonly record struct AuditRecordHead(DateTime UtcTime, uint Serial, int Length)
{
    // 9999-12-31: what is beyond is no time.
    private const long MostSeconds = 253_402_300_799;

    public static bool TryParse(ReadOnlySpan<byte> text, out AuditRecordHead head)
    {
        head = default;
        if (!text.StartsWith("audit("u8)) return false;
        var rest = text[6..];
        if (!Utf8Parser.TryParse(rest, out long seconds, out var used) || seconds is < 0 or > MostSeconds || !Next(ref rest, used, (byte)'.')) return false;
        if (!Utf8Parser.TryParse(rest, out uint milliseconds, out used) || milliseconds > 999 || !Next(ref rest, used, (byte)':')) return false;
        if (!Utf8Parser.TryParse(rest, out uint serial, out used) || !Next(ref rest, used, (byte)')') || !Next(ref rest, 0, (byte)':')) return false;
        head = new(DateTime.UnixEpoch.AddSeconds(seconds).AddMilliseconds(milliseconds), serial, text.Length - rest.Length);
        return true;
    }

    private static bool Next(ref ReadOnlySpan<byte> rest, int used, byte separator)
    {
        if (rest.Length <= used || rest[used] != separator) return false;
        rest = rest[(used + 1)..];
        return true;
    }
}
