namespace Sandbox.Capture;

/// <summary>Tells the direction of Ethernet frames by the link address of their interface: libpcap doesn't hand on what the ring says of it.</summary>
/// <param name="own">The interface's address; empty where it has none.</param>
internal sealed class FrameDirections(byte[] own)
{
    private const int Ethernet = 1, AddressLength = 6;
    private readonly bool _known = own.Length == AddressLength && own.AsSpan().ContainsAnyExcept((byte)0);

    public PacketDirection Of(ReadOnlySpan<byte> frame, int linkType)
    {
        if (!_known || linkType != Ethernet || frame.Length < 2 * AddressLength) return PacketDirection.Unknown;
        if (frame[AddressLength..(2 * AddressLength)].SequenceEqual(own)) return PacketDirection.Outbound;
        return (frame[0] & 1) != 0 || frame[..AddressLength].SequenceEqual(own) ? PacketDirection.Inbound : PacketDirection.Unknown;
    }
}
