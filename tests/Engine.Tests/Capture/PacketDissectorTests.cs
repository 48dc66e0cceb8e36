using Sandbox.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>Packets, dissected as tshark does it.</summary>
public sealed class PacketDissectorTests : IDisposable
{
    private readonly ScratchDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Addresses_ports_and_tags_are_those_of_tshark()
    {
        var file = _directory.At("all.pcapng");
        using (var writer = new PcapngWriter(file, new()))
        {
            writer.Interface(new() { Name = "veth7" });
            foreach (var frame in SampleFrames.All) writer.Packet(0, 0, (uint)frame.Length, frame);
        }

        string[][] expected = [.. CaptureTool.Fields(
            file, "ip.src", "ipv6.src", "arp.src.proto_ipv4", "ip.dst", "ipv6.dst", "arp.dst.proto_ipv4", "tcp.srcport", "udp.srcport", "tcp.dstport", "udp.dstport", "vlan.id").Select(l => l.Split('|'))];
        using var reader = new CaptureFileReader(file);
        PacketRecord[] packets = [.. reader.Read()];
        Assert.Equal(expected.Length, packets.Length);
        Assert.Equal(expected.Select(f => (f[0] + f[1] + f[2], f[3] + f[4] + f[5], f[6] + f[7], f[8] + f[9], f[10])), packets.Select(p => (p.SourceAddress!, p.DestinationAddress!, $"{p.SourcePort}", $"{p.DestinationPort}", $"{p.Vlan}")));
    }

    [Fact]
    public void Kinds_and_flags()
    {
        string[] expected =
        [
            "UDP 10.1.1.1:54321 > 10.1.1.2:53 4 bytes", "TCP 10.1.1.1:40000 > 10.1.1.2:443 SYN seq=100 ack=0 win=64240", "TCP 10.1.1.2:443 > 10.1.1.1:40000 SYN ACK seq=1000 ack=101 win=64240",
            "ICMP 10.1.1.1 > 10.1.1.2 EchoRequest", "ARP 10.1.1.1 > 10.1.1.2 who has 10.1.1.2, tell 10.1.1.1", "UDP 10.1.1.1:54321 > 10.1.1.2:53 4 bytes", "UDP 10.1.1.1 > 10.1.1.2 fragment at 40",
            "UDP fd00::1:54321 > fd00::2:53 4 bytes", "TCP fd00::1:8080 > fd00::2:80 PSH ACK seq=1 ack=2 win=256", "ICMPv6 fd00::1 > ff02::1:ff00:2 NeighborSolicitation",
        ];
        Assert.Equal(expected, SampleFrames.All.Select(Dissect).Select(p => p.ToString()));
    }

    [Theory]
    [InlineData(14, 60, "cut short")] // the link's header alone
    [InlineData(20, 20, "malformed")]
    [InlineData(3, 3, "malformed")]
    public void A_short_packet_says_so(int kept, int length, string info)
    {
        var packet = PacketDissector.Dissect(new RawFrame { Data = SampleFrames.Udp[..kept], Length = length }, "", 1);
        Assert.Equal(info, packet.Info);
    }

    [Fact]
    public void An_unknown_link_type_says_so()
    {
        var packet = PacketDissector.Dissect(new RawFrame { Data = [1, 2, 3], Length = 3 }, "", 147);
        Assert.Equal(("Unknown", "link type 147"), (packet.Protocol, packet.Info));
    }

    private static PacketRecord Dissect(byte[] frame) => PacketDissector.Dissect(new RawFrame { Data = frame, Length = frame.Length }, "", 1);
}
