namespace Sandbox.Capture;

/// <summary>What an interface's time stamps mean: their unit (if_tsresol) and the seconds to add (if_tsoffset).</summary>
/// <param name="TicksPerSecond">Time stamps per second, at most 10^19 or 2^63; 0 for units that are finer than that.</param>
/// <param name="Offset">Seconds to add.</param>
internal readonly record struct TimeScale(ulong TicksPerSecond, long Offset)
{
    private const ulong Nanoseconds = 1_000_000_000;

    /// <summary>Microseconds, where nothing is said.</summary>
    public static TimeScale Default { get; } = new(1_000_000, 0);

    /// <summary>The unit that if_tsresol means: a negative power of ten, or of two where its highest bit is set.</summary>
    public static ulong Unit(byte resolution)
    {
        var exponent = resolution & 0x7F;
        if ((resolution & 0x80) != 0) return exponent < 64 ? 1UL << exponent : 0;
        if (exponent > 19) return 0;
        var unit = 1UL;
        for (var i = 0; i < exponent; i++) unit *= 10;
        return unit;
    }

    /// <summary>Nanoseconds since 1970, at the bounds of what a long holds where the file says more.</summary>
    public long Convert(ulong stamp)
    {
        if (TicksPerSecond == 0) return Clamp((Int128)Offset * Nanoseconds); // 64 bits of such a unit are less than a second
        var seconds = (Int128)(stamp / TicksPerSecond) + Offset;
        var rest = (UInt128)(stamp % TicksPerSecond) * Nanoseconds / TicksPerSecond;
        return Clamp((seconds * Nanoseconds) + (Int128)rest);
    }

    private static long Clamp(Int128 value) => (long)Int128.Clamp(value, long.MinValue, long.MaxValue);
}
