namespace Sandbox.Capture;

/// <summary>What the ring says of a packet.</summary>
/// <param name="Time">The kernel's time stamp, in nanoseconds since 1970.</param>
/// <param name="Length">Its length on the wire.</param>
/// <param name="Drops">How many packets were lost since the one before, as far as it is known by now.</param>
/// <param name="Direction">Which way it passed.</param>
/// <param name="Owner">Whose it is, where that is asked for and known.</param>
internal readonly record struct LiveFrame(long Time, uint Length, long Drops, PacketDirection Direction = PacketDirection.Unknown, SocketOwner? Owner = null)
{
    /// <summary>What else is known of its process, where that is asked for.</summary>
    public CapturedProcess? Process { get; init; }
}
