using System.Buffers.Binary;

namespace Sandbox.Capture;

/// <summary>What lies before the IP packet in a frame, by its LINKTYPE_ number (https://www.tcpdump.org/linktypes.html).</summary>
internal static class LinkHeader
{
    private const int Null = 0, Ethernet = 1, RawLinux = 12, RawBsd = 14, Raw = 101, Loop = 108, Cooked = 113, Four = 228, Six = 229, Cooked2 = 276;
    private const ushort IPv4 = 0x0800, IPv6 = 0x86DD, Tag = 0x8100, ServiceTag = 0x88A8, OldServiceTag = 0x9100;
    private const int DeepestTags = 8;

    /// <summary>The IP packet, with what follows it; empty where the frame holds none.</summary>
    public static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> frame, int linkType) => linkType switch
    {
        Ethernet => Typed(frame, 12, 14),
        Raw or RawLinux or RawBsd or Four or Six => frame,
        Cooked => Typed(frame, 14, 16),
        Cooked2 => Typed(frame, 0, 20),
        Null or Loop => frame.Length > 4 ? frame[4..] : default, // the family differs from system to system; the packet's version tells it
        _ => default,
    };

    private static ReadOnlySpan<byte> Typed(ReadOnlySpan<byte> frame, int typeAt, int payload)
    {
        if (frame.Length < payload) return default;
        var type = BinaryPrimitives.ReadUInt16BigEndian(frame[typeAt..]);
        for (var depth = 0; type is Tag or ServiceTag or OldServiceTag && depth < DeepestTags && frame.Length >= payload + 4; depth++)
        {
            type = BinaryPrimitives.ReadUInt16BigEndian(frame[(payload + 2)..]);
            payload += 4;
        }

        return type is IPv4 or IPv6 ? frame[payload..] : default;
    }
}
