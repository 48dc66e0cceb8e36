using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Sandbox.Capture;

/// <summary>From where a packet goes to where.</summary>
/// <param name="Protocol">The transport, an IP protocol number.</param>
/// <param name="Six">IPv6, or IPv4.</param>
/// <param name="Source">Its source address; of IPv4 in the low 32 bits.</param>
/// <param name="SourcePort">Its source port; of an ICMP echo the identifier, and 0 where there is neither.</param>
/// <param name="Destination">Its destination address.</param>
/// <param name="DestinationPort">Its destination port, as the other.</param>
internal readonly record struct PacketTuple(byte Protocol, bool Six, UInt128 Source, ushort SourcePort, UInt128 Destination, ushort DestinationPort)
{
    public const byte Icmp = 1, Tcp = 6, Udp = 17, Icmp6 = 58;

    // Whoever makes traffic doesn't know it, and so can't choose tuples that collide.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64() | 1;

    /// <summary>The tuple of the answers.</summary>
    public PacketTuple Reversed => new(Protocol, Six, Destination, DestinationPort, Source, SourcePort);

    /// <summary>The tuple of a frame.</summary>
    /// <param name="frame">The frame, as far as it was captured.</param>
    /// <param name="linkType">Its LINKTYPE_ number.</param>
    /// <param name="tuple">The tuple; without ports where their place is in another fragment or wasn't captured.</param>
    /// <returns>Whether it is an IP packet.</returns>
    public static bool TryParse(ReadOnlySpan<byte> frame, int linkType, out PacketTuple tuple) => TryParse(frame, linkType, out tuple, out _);

    /// <summary>The tuple of a frame, and its transport's header and payload as far as they were captured; empty in a fragment after the first.</summary>
    public static bool TryParse(ReadOnlySpan<byte> frame, int linkType, out PacketTuple tuple, out ReadOnlySpan<byte> segment)
    {
        tuple = default;
        segment = default;
        var ip = LinkHeader.Payload(frame, linkType);
        if (!IpLayout.TryParse(ip, out var layout)) return false;
        if (!layout.Later) segment = ip[layout.Transport..Math.Clamp(layout.End, layout.Transport, ip.Length)];
        var (from, to) = Ports(layout.Protocol, segment);
        tuple = new(layout.Protocol, layout.Six, Address(ip, layout.Source, layout.Six), from, Address(ip, layout.Source + layout.AddressLength, layout.Six), to);
        return true;
    }

    /// <summary>An address as an object.</summary>
    public static IPAddress ToAddress(UInt128 address, bool six)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new(six ? bytes : bytes[12..]);
    }

    /// <summary>An address as a number; it is of IPv6 where the address is not IPv4.</summary>
    public static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(address.AddressFamily == AddressFamily.InterNetwork ? bytes[12..] : bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>As text; the record's own would print the reversed one, and that its reversed one.</summary>
    public override string ToString() => $"{Protocol} {ToAddress(Source, Six)}:{SourcePort} > {ToAddress(Destination, Six)}:{DestinationPort}";

    public bool Equals(PacketTuple other) =>
        Source == other.Source && Destination == other.Destination && SourcePort == other.SourcePort && DestinationPort == other.DestinationPort && Protocol == other.Protocol && Six == other.Six;

    public override int GetHashCode()
    {
        var hash = Mix(Seed, (ulong)Source ^ ((ulong)SourcePort << 48));
        hash = Mix(hash, (ulong)Destination ^ ((ulong)DestinationPort << 48));
        if (Six) hash = Mix(Mix(hash, (ulong)(Source >> 64)), (ulong)(Destination >> 64));
        hash = Mix(hash, Protocol);
        return (int)(hash ^ (hash >> 32));
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        var high = Math.BigMul(hash ^ value, 0x9E3779B97F4A7C15, out var low);
        return high ^ low ^ hash;
    }

    private static (ushort From, ushort To) Ports(byte protocol, ReadOnlySpan<byte> segment)
    {
        if (protocol is Tcp or Udp && segment.Length >= 4) return (BinaryPrimitives.ReadUInt16BigEndian(segment), BinaryPrimitives.ReadUInt16BigEndian(segment[2..]));
        var echo = segment.Length >= 6 && ((protocol == Icmp && segment[0] is 0 or 8) || (protocol == Icmp6 && segment[0] is 128 or 129));
        if (!echo) return default;
        var identifier = BinaryPrimitives.ReadUInt16BigEndian(segment[4..]);
        return (identifier, identifier);
    }

    private static UInt128 Address(ReadOnlySpan<byte> ip, int at, bool six) =>
        six ? BinaryPrimitives.ReadUInt128BigEndian(ip[at..]) : BinaryPrimitives.ReadUInt32BigEndian(ip[at..]);
}
