namespace Sandbox.Capture;

/// <summary>Times of packets, which are nanoseconds since 1970 in a long.</summary>
internal static class PacketTime
{
    /// <summary>The date, at whole 100 ns; a long of nanoseconds reaches from 1677 to 2262, so it always has one.</summary>
    public static DateTimeOffset Date(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks((nanoseconds / 100) - (nanoseconds % 100 < 0 ? 1 : 0)).ToLocalTime();

    /// <summary>The nanoseconds of a date.</summary>
    public static long Of(DateTimeOffset date) => (date - DateTimeOffset.UnixEpoch).Ticks * 100;
}
