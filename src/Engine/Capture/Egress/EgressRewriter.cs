using System.Buffers.Binary;
using System.Net;

namespace Sandbox.Capture;

/// <summary>
/// Rewrites a child's frames as if they had left the host: its addresses become the host's, its ports those that NAT gave it, and the
/// checksums follow. Every other byte stays: options, fragments, TTL, lengths. Packets that ICMP errors quote are rewritten alike.
/// A checksum that was wrong stays wrong; one that was left to the network card is filled in.
/// </summary>
internal sealed class EgressRewriter
{
    private const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpSix = 58;
    private const int MostFragments = 1 << 12;
    private readonly byte[]? _childFour, _childSix;
    private readonly Func<EgressFlow, EgressPlace?> _places;
    private readonly HashSet<UInt128> _gateways = [];
    private readonly Dictionary<(bool Six, byte Protocol, uint Identification, UInt128 Source, UInt128 Destination), UInt128> _fragments = [];

    /// <param name="four">The child's IPv4 address; null where it has none.</param>
    /// <param name="six">The same of IPv6.</param>
    /// <param name="places">What NAT makes of a flow; null for one that doesn't leave the host.</param>
    /// <param name="gateways">The addresses by which the child knows the host, where the frames are those on its side of it: what the host itself refuses isn't taken then.</param>
    public EgressRewriter(IPAddress? four, IPAddress? six, Func<EgressFlow, EgressPlace?> places, params ReadOnlySpan<IPAddress> gateways)
    {
        (_childFour, _childSix, _places) = (four?.GetAddressBytes(), six?.GetAddressBytes(), places);
        foreach (var gateway in gateways) _gateways.Add(PacketTuple.Number(gateway));
    }

    /// <summary>Rewrites an Ethernet frame in place.</summary>
    /// <returns>False, and an unchanged frame, for what doesn't leave the host as this: other protocols than TCP, UDP and ICMP, flows without a place, bytes that can't be parsed.</returns>
    public bool Rewrite(Span<byte> frame)
    {
        var at = 12;
        while (frame.Length >= at + 2 && BinaryPrimitives.ReadUInt16BigEndian(frame[at..]) is 0x8100 or 0x88A8) at += 4; // VLAN tags
        if (frame.Length < at + 2) return false;
        var type = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
        var ip = frame[(at + 2)..];
        return type is 0x0800 or 0x86DD && ip.Length > 0 && (ip[0] >> 4) == (type == 0x0800 ? 4 : 6) && Packet(ip, quoted: false);
    }

    private bool Packet(Span<byte> ip, bool quoted)
    {
        if (!IpLayout.TryParse(ip, out var layout)) return false;
        if ((layout.Six ? _childSix : _childFour) is not { } child) return false;
        var known = layout.Protocol is Tcp or Udp || layout.Protocol == (layout.Six ? IcmpSix : Icmp);
        if (!known && !quoted) return false;
        var transport = ip[layout.Transport..Math.Max(layout.Transport, Math.Min(ip.Length, layout.End))];
        if (!layout.Later && !quoted && layout.Protocol is Icmp or IcmpSix && !Leaves(transport, layout.Six)) return false;

        var source = ip.Slice(layout.Source, layout.AddressLength);
        var destination = ip.Slice(layout.Source + layout.AddressLength, layout.AddressLength);
        var (from, to) = (source.SequenceEqual(child), destination.SequenceEqual(child));
        if (from == to) return quoted; // another's packet
        var inside = !quoted && _gateways.Count > 0;
        if (inside && from && ip[layout.Six ? 7 : 8] <= 1) return false; // a router forwards nothing with so little to live
        if (Place(ip, layout, transport, from) is not { } place) return false;
        if (inside && to && !layout.Later && layout.Protocol is Icmp or IcmpSix && IsError(transport[0], layout.Six) && IsHosts(source, place)) return false;
        var whole = !quoted && !layout.Fragment && layout.End <= ip.Length;
        var unfinished = whole && layout.Protocol is Tcp or Udp && Checksum(transport, layout.Protocol) is { Length: 2 } field
            && BinaryPrimitives.ReadUInt16BigEndian(field) == Pseudo(ip, layout, transport.Length);
        var before = InternetChecksum.Sum(ip[layout.Addresses]);
        Write(from ? source : destination, place.Address);
        var after = InternetChecksum.Sum(ip[layout.Addresses]);
        if (!layout.Six) InternetChecksum.Adjust(ip.Slice(10, 2), before, after);
        if (layout.Later || !known) return true;
        if (layout.Protocol is Tcp or Udp) Ports(transport, layout.Protocol, place.Port, from, before, after);
        else Control(transport, layout.Six, place.Port, before, after);
        if (unfinished) Finish(ip, layout, transport);
        return true;
    }

    // An error is of the flow that it quotes; a fragment without ports goes where the first one of its packet went.
    private EgressPlace? Place(ReadOnlySpan<byte> ip, in IpLayout layout, ReadOnlySpan<byte> transport, bool from)
    {
        var source = Read(ip.Slice(layout.Source, layout.AddressLength));
        var destination = Read(ip.Slice(layout.Source + layout.AddressLength, layout.AddressLength));
        var fragment = (layout.Six, layout.Protocol, layout.Identification, source, destination);
        if (layout.Later) return _fragments.TryGetValue(fragment, out var address) ? new(address, 0) : null;
        if (!TryFlow(layout, transport, from ? destination : source, from, out var flow)) return null; // its ports were cut off
        var place = layout.Protocol is Icmp or IcmpSix && IsError(transport[0], layout.Six) ? Quoted(transport[8..]) : _places(flow);
        if (place is null || !layout.Fragment) return place;
        if (_fragments.Count >= MostFragments) _fragments.Clear();
        _fragments[fragment] = place.Value.Address;
        return place;
    }

    // Errors that the host itself sends have not come to it.
    private bool IsHosts(ReadOnlySpan<byte> source, in EgressPlace place) =>
        Read(source) == place.Address || (source.Length == 16 && source[0] == 0xFE && (source[1] & 0xC0) == 0x80) || _gateways.Contains(Read(source));

    private EgressPlace? Quoted(ReadOnlySpan<byte> ip)
    {
        if (!IpLayout.TryParse(ip, out var layout) || (layout.Six ? _childSix : _childFour) is not { } child) return null;
        var from = ip.Slice(layout.Source, layout.AddressLength).SequenceEqual(child);
        if (!from && !ip.Slice(layout.Source + layout.AddressLength, layout.AddressLength).SequenceEqual(child)) return null;
        var transport = ip[layout.Transport..Math.Max(layout.Transport, Math.Min(ip.Length, layout.End))];
        if (layout.Protocol is Icmp or IcmpSix && (transport.Length < 8 || IsError(transport[0], layout.Six))) return null; // errors aren't answered by errors
        return Place(ip, layout, transport, from);
    }

    // Echoes and errors; what routers and neighbours say to each other stays on the link.
    private static bool Leaves(ReadOnlySpan<byte> icmp, bool six) =>
        icmp.Length >= 8 && (IsEcho(icmp[0], six) || IsError(icmp[0], six));

    private static bool IsEcho(byte type, bool six) => six ? type is 128 or 129 : type is 0 or 8;

    private static bool IsError(byte type, bool six) => six ? type is >= 1 and <= 4 : type is 3 or 4 or 5 or 11 or 12;

    private static bool TryFlow(in IpLayout layout, ReadOnlySpan<byte> transport, UInt128 remote, bool from, out EgressFlow flow)
    {
        flow = default;
        var ports = layout.Protocol is Tcp or Udp;
        if (transport.Length < (ports ? 4 : 8) || !(ports || layout.Protocol is Icmp or IcmpSix)) return false;
        var (source, destination) = (BinaryPrimitives.ReadUInt16BigEndian(transport), BinaryPrimitives.ReadUInt16BigEndian(transport[2..]));
        flow = ports
            ? new(layout.Six, layout.Protocol, from ? source : destination, remote, from ? destination : source)
            : new(layout.Six, layout.Protocol, BinaryPrimitives.ReadUInt16BigEndian(transport[4..]), remote, 0);
        return true;
    }

    private static UInt128 Read(ReadOnlySpan<byte> address) =>
        address.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(address) : BinaryPrimitives.ReadUInt32BigEndian(address);

    private static void Write(Span<byte> field, UInt128 address)
    {
        if (field.Length == 16) BinaryPrimitives.WriteUInt128BigEndian(field, address);
        else BinaryPrimitives.WriteUInt32BigEndian(field, (uint)address);
    }

    private static void Ports(Span<byte> transport, byte protocol, ushort port, bool from, uint addressesBefore, uint addressesAfter)
    {
        if (transport.Length < 4) return;
        var before = InternetChecksum.Sum(transport[..4]);
        BinaryPrimitives.WriteUInt16BigEndian(transport[(from ? 0 : 2)..], port);
        var after = InternetChecksum.Sum(transport[..4]);
        var field = Checksum(transport, protocol);
        if (field.Length < 2 || (protocol == Udp && field is [0, 0])) return; // cut off, or UDP without one
        InternetChecksum.Adjust(field, addressesBefore + before, addressesAfter + after);
        if (protocol == Udp && field is [0, 0]) field.Fill(0xFF); // 0 would mean that there is none
    }

    private void Control(Span<byte> icmp, bool six, ushort identifier, uint addressesBefore, uint addressesAfter)
    {
        if (icmp.Length < 8) return;
        var before = InternetChecksum.Sum(icmp[4..]);
        if (IsError(icmp[0], six)) Packet(icmp[8..], quoted: true);
        else if (IsEcho(icmp[0], six)) BinaryPrimitives.WriteUInt16BigEndian(icmp[4..], identifier);
        var after = InternetChecksum.Sum(icmp[4..]);
        // ICMPv6's is over the addresses too.
        InternetChecksum.Adjust(icmp.Slice(2, 2), six ? addressesBefore + before : before, six ? addressesAfter + after : after);
    }

    private static Span<byte> Checksum(Span<byte> transport, byte protocol)
    {
        var at = protocol == Tcp ? 16 : 6;
        return transport.Length >= at + 2 ? transport.Slice(at, 2) : default;
    }

    // What the kernel leaves in the field where the card is to add the rest (CHECKSUM_PARTIAL).
    private static uint Pseudo(ReadOnlySpan<byte> ip, in IpLayout layout, int length) =>
        InternetChecksum.Fold((ulong)InternetChecksum.Sum(ip[layout.Addresses]) + layout.Protocol + (uint)length);

    private static void Finish(ReadOnlySpan<byte> ip, in IpLayout layout, Span<byte> transport)
    {
        var field = Checksum(transport, layout.Protocol);
        field.Clear();
        var sum = (ushort)~InternetChecksum.Fold((ulong)Pseudo(ip, layout, transport.Length) + InternetChecksum.Sum(transport));
        BinaryPrimitives.WriteUInt16BigEndian(field, layout.Protocol == Udp && sum == 0 ? ushort.MaxValue : sum);
    }
}
