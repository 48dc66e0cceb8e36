using System.Globalization;
using PacketDotNet;

namespace Sandbox.Capture;

/// <summary>Dissects packets as far as a <see cref="PacketRecord"/> goes. Whatever is wrong with a packet is in its Info, never an exception.</summary>
internal static class PacketDissector
{
    private const int DeepestTags = 8;

    public static PacketRecord Dissect(in RawFrame frame, string interfaceName, int linkType)
    {
        var record = new PacketRecord
        {
            Time = PacketTime.Date(frame.Time), UnixNanoseconds = frame.Time, Length = frame.Length, CapturedLength = frame.Data.Length, InterfaceName = interfaceName,
            Protocol = "Unknown", Direction = ((frame.Flags ?? 0) & 3) switch { 1 => PacketDirection.Inbound, 2 => PacketDirection.Outbound, _ => PacketDirection.Unknown },
            ProcessId = frame.ProcessId, ProcessName = frame.ProcessName ?? (frame.ProcessId is null ? null : ProcessComment.Name(frame.Comment) ?? frame.Process?.Name), Process = frame.Process, DroppedBefore = frame.Drops, Comment = frame.Comment, Data = frame.Data,
        };
        var parts = new PacketParts();
        try
        {
            Link(Packet.ParsePacket((LinkLayers)linkType, frame.Data), ref parts);
        }
        catch (NotImplementedException)
        {
            parts.Info = string.Create(CultureInfo.InvariantCulture, $"link type {linkType}");
        }
        catch (Exception e) when (e is not OutOfMemoryException) // the library reads past the end of short packets
        {
            parts.Info = frame.Data.Length < frame.Length ? "cut short" : "malformed";
        }

        return record with
        {
            Protocol = parts.Protocol ?? "Unknown", SourceAddress = parts.Source, DestinationAddress = parts.Destination, SourcePort = parts.SourcePort,
            DestinationPort = parts.DestinationPort, TcpFlags = parts.TcpFlags, Vlan = parts.Vlan, Info = parts.Info ?? "",
        };
    }

    private static void Link(Packet? packet, ref PacketParts parts)
    {
        if (packet is EthernetPacket ethernet)
        {
            (parts.Source, parts.Destination) = (Hardware(ethernet.SourceHardwareAddress), Hardware(ethernet.DestinationHardwareAddress));
            parts.Protocol = ethernet.Type.ToString();
            packet = ethernet.PayloadPacket;
        }
        else if (packet is not IPPacket)
        {
            packet = packet?.PayloadPacket; // the cooked and raw forms
        }

        for (var depth = 0; packet is Ieee8021QPacket tagged && depth < DeepestTags; depth++)
        {
            parts.Vlan ??= tagged.VlanIdentifier;
            parts.Protocol = tagged.Type.ToString();
            packet = tagged.PayloadPacket;
        }

        switch (packet)
        {
            case IPPacket ip: Network(ip, ref parts); break;
            case ArpPacket arp: Arp(arp, ref parts); break;
        }
    }

    private static void Arp(ArpPacket arp, ref PacketParts parts)
    {
        parts.Protocol = "ARP";
        (parts.Source, parts.Destination) = (arp.SenderProtocolAddress.ToString(), arp.TargetProtocolAddress.ToString());
        parts.Info = arp.Operation switch
        {
            ArpOperation.Request => $"who has {parts.Destination}, tell {parts.Source}",
            ArpOperation.Response => $"{parts.Source} is at {Hardware(arp.SenderHardwareAddress)}",
            _ => arp.Operation.ToString(),
        };
    }

    private static void Network(IPPacket ip, ref PacketParts parts)
    {
        (parts.Source, parts.Destination) = (ip.SourceAddress.ToString(), ip.DestinationAddress.ToString());
        parts.Protocol = Name(ip.Protocol);
        if (ip is IPv4Packet { FragmentOffset: > 0 } later)
        {
            parts.Info = string.Create(CultureInfo.InvariantCulture, $"fragment at {later.FragmentOffset * 8}");
            return; // its first bytes are no header
        }

        switch (ip.PayloadPacket)
        {
            case TcpPacket tcp:
                (parts.SourcePort, parts.DestinationPort, parts.TcpFlags) = (tcp.SourcePort, tcp.DestinationPort, Flags(tcp));
                parts.Info = string.Create(CultureInfo.InvariantCulture, $"{parts.TcpFlags} seq={tcp.SequenceNumber} ack={tcp.AcknowledgmentNumber} win={tcp.WindowSize}");
                break;
            case UdpPacket udp:
                (parts.SourcePort, parts.DestinationPort) = (udp.SourcePort, udp.DestinationPort);
                parts.Info = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, udp.Length - 8)} bytes");
                break;
            case IcmpV4Packet icmp:
                parts.Info = icmp.TypeCode.ToString();
                break;
            case IcmpV6Packet icmp:
                parts.Info = icmp.Type.ToString();
                break;
        }
    }

    private static string Flags(TcpPacket tcp)
    {
        ReadOnlySpan<(bool Set, string Name)> flags =
        [
            (tcp.Finished, "FIN"), (tcp.Synchronize, "SYN"), (tcp.Reset, "RST"), (tcp.Push, "PSH"), (tcp.Acknowledgment, "ACK"), (tcp.Urgent, "URG"),
            (tcp.ExplicitCongestionNotificationEcho, "ECE"), (tcp.CongestionWindowReduced, "CWR"),
        ];
        var text = "";
        foreach (var (set, name) in flags)
        {
            if (set) text += text.Length == 0 ? name : " " + name;
        }

        return text;
    }

    private static string Name(ProtocolType protocol) => protocol switch
    {
        ProtocolType.Tcp => "TCP",
        ProtocolType.Udp => "UDP",
        ProtocolType.Icmp => "ICMP",
        ProtocolType.IcmpV6 => "ICMPv6",
        ProtocolType.Igmp => "IGMP",
        ProtocolType.Gre => "GRE",
        _ => protocol.ToString(),
    };

    private static string Hardware(System.Net.NetworkInformation.PhysicalAddress address) =>
        string.Join(':', address.GetAddressBytes().Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
}
