using System.Buffers.Binary;

namespace Sandbox.Capture;

/// <summary>Where the parts of an IP packet are.</summary>
/// <param name="Six">IPv6, or IPv4.</param>
/// <param name="Transport">Where the transport's header is.</param>
/// <param name="End">Where the packet ends, as its header says; the bytes may end before.</param>
/// <param name="Protocol">The transport.</param>
/// <param name="Fragment">Whether it is a fragment, the first included.</param>
/// <param name="Later">Whether it is a fragment without the transport's header.</param>
/// <param name="Identification">What the fragments of a packet have in common.</param>
internal readonly record struct IpLayout(bool Six, int Transport, int End, byte Protocol, bool Fragment, bool Later, uint Identification)
{
    private const byte HopByHop = 0, Routing = 43, FragmentHeader = 44, Destination = 60;

    public int Source => Six ? 8 : 12;

    public int AddressLength => Six ? 16 : 4;

    /// <summary>Both addresses, which lie side by side.</summary>
    public Range Addresses => Source..(Source + (2 * AddressLength));

    /// <summary>The layout, or false for bytes that are no IP packet, or one whose parts can't be known.</summary>
    public static bool TryParse(ReadOnlySpan<byte> ip, out IpLayout layout)
    {
        layout = default;
        return ip.Length >= 20 && ((ip[0] >> 4) == 4 ? Four(ip, ref layout) : (ip[0] >> 4) == 6 && ip.Length >= 40 && SixForm(ip, ref layout));
    }

    private static bool Four(ReadOnlySpan<byte> ip, ref IpLayout layout)
    {
        int header = (ip[0] & 0xF) * 4, total = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]), offset = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]);
        if (header < 20 || total < header || ip.Length < header) return false;
        layout = new(false, header, total, ip[9], (offset & 0x3FFF) != 0, (offset & 0x1FFF) != 0, BinaryPrimitives.ReadUInt16BigEndian(ip[4..]));
        return true;
    }

    private static bool SixForm(ReadOnlySpan<byte> ip, ref IpLayout layout)
    {
        int at = 40, end = 40 + BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        var (next, fragment, later, identification) = (ip[6], false, false, 0u);
        while (next is HopByHop or Routing or FragmentHeader or Destination)
        {
            if (at + 8 > Math.Min(ip.Length, end) || later) break;
            if (next == Routing && ip[at + 3] != 0) return false; // the checksum is over another destination than the header's
            if (next == FragmentHeader) (fragment, later, identification) = (true, (BinaryPrimitives.ReadUInt16BigEndian(ip[(at + 2)..]) & 0xFFF8) != 0, BinaryPrimitives.ReadUInt32BigEndian(ip[(at + 4)..]));
            var length = next == FragmentHeader ? 8 : (ip[at + 1] + 1) * 8;
            next = ip[at];
            at += length;
        }

        if (at > end || at > ip.Length) return false;
        layout = new(true, at, end, next, fragment, later, identification);
        return true;
    }
}
