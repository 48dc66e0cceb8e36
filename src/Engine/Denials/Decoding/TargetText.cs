namespace Sandbox.Denials;

/// <summary>Strings of a target.</summary>
internal static class TargetText
{
    private const int Usual = 256, Most = 4096; // PATH_MAX of linux/limits.h

    /// <summary>
    /// The string at an address, without its end; null where it can't be read. One that has no end within PATH_MAX is cut, and marked so.
    /// </summary>
    public static string? Read(ITargetView target, ulong address, out bool cut)
    {
        Span<byte> first = stackalloc byte[Usual];
        // Up to the end of the page at first: most strings end there, and the next page may not exist.
        var length = (int)Math.Min(Usual, 4096 - (address & 4095));
        var got = target.Read(address, first[..length]);
        cut = false;
        var end = first[..got].IndexOf((byte)0);
        return end >= 0 ? ArgumentText.Of(first[..end]) : got < length ? null : ReadLong(target, address, out cut);
    }

    private static string? ReadLong(ITargetView target, ulong address, out bool cut)
    {
        var buffer = new byte[Most];
        var got = target.Read(address, buffer);
        var end = buffer.AsSpan(0, got).IndexOf((byte)0);
        cut = end < 0 && got == Most;
        return end >= 0 ? ArgumentText.Of(buffer.AsSpan(0, end)) : cut ? ArgumentText.Of(buffer) + "…" : null;
    }
}
