using System.Globalization;
using System.Runtime.CompilerServices;

namespace Sandbox.Denials.Decoding;

/// <summary>A zero-terminated text of a target.</summary>
/// <param name="Text">Escaped; for one that can't be read whole, what there is to say instead.</param>
/// <param name="IsWhole">Whether it was read and is shown to its end.</param>
/// <param name="Length">Its bytes.</param>
internal readonly record struct TargetText(string Text, bool IsWhole, int Length)
{
    /// <summary>PATH_MAX of linux/limits.h, with the zero.</summary>
    public const int PathMax = 4096;

    private const int FirstRead = 256;
    private const ulong PageSize = 4096;

    /// <summary>
    /// Reads up to a zero, at most so many bytes. The first read ends with the page, so that in the usual case one is enough and none
    /// touches memory that the text doesn't need.
    /// </summary>
    [SkipLocalsInit]
    public static TargetText Read(ITargetView target, ulong address, int most = PathMax)
    {
        if (address == 0) return new("NULL", false, 0);
        Span<byte> first = stackalloc byte[FirstRead];
        first = first[..(int)Math.Min((ulong)Math.Min(FirstRead, most), ToPageEnd(address))];
        var got = Read(target, address, first);
        var end = first[..got].IndexOf((byte)0);
        if (end >= 0) return From(first[..end]);
        return got < first.Length ? Unreadable(address, first[..got]) : ReadRest(target, address, first, most);
    }

    /// <summary>What is said of memory that can't be read.</summary>
    public static string Unreadable(ulong address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:x} (unreadable)");

    // Never trust the view's count either: a slice by it must not throw.
    public static int Read(ITargetView target, ulong address, Span<byte> buffer) => Math.Clamp(target.Read(address, buffer), 0, buffer.Length);

    private static TargetText From(ReadOnlySpan<byte> bytes) => new(ArgumentText.Of(bytes, out var complete), complete, bytes.Length);

    private static TargetText Unreadable(ulong address, ReadOnlySpan<byte> start) =>
        new(start.IsEmpty ? Unreadable(address) : $"{ArgumentText.Of(start)}… ({Unreadable(address + (ulong)start.Length)})", false, start.Length);

    [SkipLocalsInit]
    private static TargetText ReadRest(ITargetView target, ulong address, ReadOnlySpan<byte> first, int most)
    {
        Span<byte> all = stackalloc byte[PathMax];
        all = all[..Math.Min(most, PathMax)];
        first.CopyTo(all);
        var length = first.Length;
        while (length < all.Length)
        {
            var at = address + (ulong)length;
            var part = all.Slice(length, (int)Math.Min((ulong)(all.Length - length), ToPageEnd(at)));
            var got = Read(target, at, part);
            var end = part[..got].IndexOf((byte)0);
            if (end >= 0) return From(all[..(length + end)]);
            length += got;
            if (got < part.Length) return Unreadable(address, all[..length]);
        }

        // The kernel answers ENAMETOOLONG to such a path.
        return new(ArgumentText.Of(all) + "…", false, length);
    }

    private static ulong ToPageEnd(ulong address) => PageSize - (address & (PageSize - 1));
}
