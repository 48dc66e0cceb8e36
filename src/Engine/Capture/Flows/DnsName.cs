namespace Sandbox.Capture;

/// <summary>Reads names of DNS messages (RFC 1035, 4.1.4), whoever made them.</summary>
internal static class DnsName
{
    private const int Longest = 255, MostJumps = 127, Pointer = 0xC0;

    /// <summary>The name at a place, in lower case and with what isn't plain escaped as in master files; null where it is malformed or cut.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="at">Where the name is; afterwards where what follows it is.</param>
    public static string? Read(ReadOnlySpan<byte> message, ref int at)
    {
        Span<char> text = stackalloc char[4 * Longest]; // an escape has four characters
        var (from, end, length, octets, jumps) = (at, -1, 0, 0, 0);
        while (true)
        {
            if (from >= message.Length) return null;
            int size = message[from];
            if (size >= Pointer)
            {
                if (from + 1 >= message.Length) return null;
                var target = ((size & 0x3F) << 8) | message[from + 1];
                if (end < 0) end = from + 2;
                if (target >= from || ++jumps > MostJumps) return null; // backward only, and not on and on: the way from there may lead here again
                from = target;
                continue;
            }

            if (size >= 0x40) return null; // the other kinds of label are of the past
            if (size == 0) break;
            octets += size + 1;
            if (octets >= Longest || from + 1 + size > message.Length) return null;
            if (length > 0) text[length++] = '.';
            foreach (var octet in message.Slice(from + 1, size)) Append(text, ref length, octet);
            from += size + 1;
        }

        at = end < 0 ? from + 1 : end;
        return length == 0 ? "." : new(text[..length]);
    }

    private static void Append(Span<char> text, ref int length, byte octet)
    {
        if (octet is > 0x20 and < 0x7F and not (byte)'.' and not (byte)'\\')
        {
            text[length++] = octet is >= (byte)'A' and <= (byte)'Z' ? (char)(octet + 32) : (char)octet;
            return;
        }

        text[length++] = '\\';
        text[length++] = (char)('0' + (octet / 100));
        text[length++] = (char)('0' + (octet / 10 % 10));
        text[length++] = (char)('0' + (octet % 10));
    }
}
