using System.Buffers.Binary;
using System.Net;
using Sandbox.Capture;

namespace Sandbox.Tests.Capture;

/// <summary>How packets become flows.</summary>
public sealed class FlowTableTests
{
    private const byte Fin = 1, Syn = 2, Rst = 4, Ack = 16;
    private const string Client = "10.1.1.1", Server = "10.1.1.2", Resolver = "10.1.1.53";
    private const int Raw = 101;
    private readonly FlowTable _flows = new();
    private long _now = 1_000_000_000;

    private PacketFlow Only => Assert.Single(_flows.Snapshot());

    [Fact]
    public void A_connection_from_its_first_packet_to_its_last()
    {
        Tcp(40000, 443, Syn, 100);
        Tcp(443, 40000, Syn | Ack, 900, 101, back: true);
        Tcp(40000, 443, Ack, 101, 901, length: 1500);
        Tcp(443, 40000, Fin | Ack, 901, 200, back: true);
        Tcp(40000, 443, Fin | Ack, 200, 902);
        Tcp(443, 40000, Ack, 902, 201, back: true);
        Assert.Equal(new PacketFlow
        {
            Protocol = "TCP", ClientAddress = Client, ClientPort = 40000, ServerAddress = Server, ServerPort = 443, State = PacketFlowState.Closed, DnsNames = Only.DnsNames,
            PacketsSent = 3, PacketsReceived = 3, BytesSent = 40 + 1500 + 40, BytesReceived = 120, StartTime = At(1), EndTime = At(6),
        }, Only);
        Assert.Equal((6L, 1700L, TimeSpan.FromSeconds(5), "TCP 10.1.1.1:40000 > 10.1.1.2:443"), (Only.Packets, Only.Bytes, Only.Duration, Only.ToString()));
    }

    [Fact]
    public void A_clock_that_is_set_back_makes_no_negative_time()
    {
        _now = 5_000_000_000_000;
        Udp(Client, 4000, Server, 7, [1]);
        _now = 1_000_000_000_000;
        Udp(Server, 7, Client, 4000, [2]);
        Udp(Client, 4000, Server, 7, [3]);
        Assert.Equal((At(1000), At(5000), TimeSpan.FromSeconds(4000), 2L, 1L), (Only.StartTime, Only.EndTime, Only.Duration, Only.PacketsSent, Only.PacketsReceived));
    }

    [Theory]
    [InlineData("S", PacketFlowState.SynSent)]
    [InlineData("SS", PacketFlowState.SynSent)]
    [InlineData("Sa", PacketFlowState.Established)]
    [InlineData("Sr", PacketFlowState.Refused)]
    [InlineData("Sar", PacketFlowState.Reset)]
    [InlineData("SR", PacketFlowState.Reset)]
    [InlineData("SaF", PacketFlowState.Closing)]
    [InlineData("SaFF", PacketFlowState.Closing)]
    [InlineData("SaFf", PacketFlowState.Closed)]
    [InlineData("SaFr", PacketFlowState.Reset)]
    [InlineData("SaFfr", PacketFlowState.Closed)]
    [InlineData("A", PacketFlowState.Established)]
    [InlineData("s", PacketFlowState.SynSent)]
    [InlineData("Ss", PacketFlowState.SynSent)]
    [InlineData("SsA", PacketFlowState.Established)]
    public void States(string packets, PacketFlowState expected)
    {
        foreach (var packet in packets)
        {
            var flags = char.ToUpperInvariant(packet) switch { 'S' => Syn, 'A' => packet == 'a' ? Syn | Ack : Ack, 'F' => Fin | Ack, _ => Rst };
            var back = char.IsLower(packet);
            Tcp(back ? 443 : 40000, back ? 40000 : 443, (byte)flags, back ? 900u : 100u, 101, back);
        }

        Assert.Equal(expected, Only.State);
    }

    [Fact]
    public void The_client_is_who_sent_the_syn_also_where_only_the_answer_was_seen()
    {
        Tcp(443, 40000, Syn | Ack, 900, 101, back: true);
        Tcp(40000, 443, Syn, 100);
        Assert.Equal((Client, Server, 1L, 1L), (Only.ClientAddress, Only.ServerAddress, Only.PacketsSent, Only.PacketsReceived));
    }

    [Theory]
    [InlineData(Rst, 100u, 2)]
    [InlineData(Fin | Ack, 5000u, 2)]
    [InlineData(Ack, 5000u, 2)] // its end wasn't seen
    [InlineData(Ack, 100u, 1)] // sent again
    public void A_new_syn_is_a_new_flow(byte before, uint number, int flows)
    {
        Tcp(40000, 443, Syn, 100);
        Tcp(443, 40000, Syn | Ack, 900, 101, back: true);
        Tcp(40000, 443, before, 101);
        Tcp(40000, 443, Syn, number);
        Assert.Equal(flows, _flows.Snapshot().Count);
        Assert.Equal(4, _flows.Snapshot().Sum(f => f.Packets));
    }

    [Fact]
    public void Names_are_those_that_answers_gave_before()
    {
        Udp(Client, 5000, Server, 9, []);
        Ask(new DnsMessage("Www.example.org").Alias("@12", "cdn.net").Address("cdn.net", Server));
        Udp(Client, 5001, Server, 9, []);
        Ask(new DnsMessage("other.org").Address("@12", Server));
        Udp(Client, 5002, Server, 9, []);
        Udp(Client, 5001, Server, 9, []);
        Assert.Equal(["", "www.example.org", "www.example.org other.org"], _flows.Snapshot().Where(f => f.ServerPort == 9).Select(f => string.Join(' ', f.DnsNames)));
        Assert.Equal([("www.example.org", Server), ("other.org", Server)], _flows.NamesSince(0).Select(n => (n.Name, PacketTuple.ToAddress(n.Address, n.Six).ToString())));
        Assert.Equal("other.org", Assert.Single(_flows.NamesSince(1)).Name);
    }

    [Fact]
    public void Answers_over_tcp_count_where_a_segment_has_them_whole()
    {
        var one = new DnsMessage("a.org").Address("@12", Server).Bytes;
        var two = new DnsMessage("b.org").Address("@12", Server).Bytes;
        Tcp(40000, 53, Syn, 100, server: Resolver);
        Add(Packet(Resolver, Client, 6, [.. TcpHeader(53, 40000, Ack, 1, 1), 0, (byte)one.Length, .. one, 0, (byte)two.Length, .. two, 0, 99, 1]));
        Udp(Client, 5001, Server, 9, []);
        Assert.Equal(["a.org", "b.org"], _flows.Snapshot()[^1].DnsNames);
    }

    [Fact]
    public void An_answer_that_nobody_asked_for_names_nothing()
    {
        Udp(Client, 53, Resolver, 5000, new DnsMessage("bank.org").Address("@12", Server).Bytes);
        Udp(Client, 5001, Server, 9, []);
        Assert.Empty(_flows.Snapshot()[^1].DnsNames);
    }

    [Fact]
    public void Icmp_fragments_and_other_protocols()
    {
        foreach (var frame in SampleFrames.All) _flows.Add(_now, (uint)frame.Length, frame, 1);
        Assert.Equal(
            ["UDP 10.1.1.1:54321 > 10.1.1.2:53", "TCP 10.1.1.1:40000 > 10.1.1.2:443", "ICMP 10.1.1.1:7 > 10.1.1.2:7", "UDP 10.1.1.1 > 10.1.1.2", "UDP [fd00::1]:54321 > [fd00::2]:53", "TCP [fd00::1]:8080 > [fd00::2]:80", "ICMPv6 fd00::1 > ff02::1:ff00:2"],
            _flows.Snapshot().Select(f => f.ToString()));
    }

    [Fact]
    public void The_first_known_process_is_the_flows()
    {
        Udp(Client, 5000, Server, 9, []);
        Assert.Null(Only.ProcessId);
        Udp(Client, 5000, Server, 9, [], 42, "curl");
        Udp(Server, 9, Client, 5000, [], 43, "nc");
        Assert.Equal((42, "curl"), (Only.ProcessId, Only.ProcessName));
    }

    [Fact]
    public void What_does_not_fit_is_counted()
    {
        var small = new FlowTable(2);
        foreach (var port in (int[])[1, 2, 3, 1, 3]) small.Add(_now, 28, Packet(Client, Server, 17, UdpHeader(port, 9, [])), Raw);
        Assert.Equal((2, 3L, 2L), (small.Snapshot().Count, small.Snapshot().Sum(f => f.Packets), small.PacketsUnlisted));
        var names = new AddressNames(1);
        names.Add(new("a", [(false, 1), (false, 2)]));
        Assert.Equal((1, 1L), (names.Since(0).Count, names.Unlisted));
    }

    [Fact]
    public void Of_the_names_of_one_address_the_newest_are_kept()
    {
        var names = new AddressNames();
        for (var i = 0; i < AddressNames.MostOfOne; i++) names.Add(new($"n{i}", [(false, 1)]));
        names.Add(new("n0", [(false, 1)]));
        names.Add(new("new", [(false, 1)]));
        Assert.Equal((AddressNames.MostOfOne, 1L), (names.Of(false, 1).Length, names.Unlisted));
        Assert.Equal(["n0", "new"], names.Of(false, 1).Where(n => n is "n0" or "n1" or "new"));
    }

    [Fact]
    public void Packets_of_a_known_flow_take_no_memory()
    {
        Add(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Add(10_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);

        void Add(int count)
        {
            for (var i = 0; i < count; i++) _flows.Add(i, 60, SampleFrames.TcpReply, 1);
        }
    }

    [Fact]
    public void Flows_are_asked_for_while_they_are_counted()
    {
        var packets = Enumerable.Range(0, 2000).Select(i => Packet(Client, Server, 17, UdpHeader(i + 1, 9, []))).ToArray();
        var adding = new Thread(() =>
        {
            for (var i = 0; i < 200_000; i++) _flows.Add(i, 28, packets[i % packets.Length], Raw);
        });
        adding.Start();
        while (adding.IsAlive) Assert.All(_flows.Snapshot(), f => Assert.Equal(f.Packets * 28, f.Bytes));
        Assert.Equal(200_000, _flows.Snapshot().Sum(f => f.Packets));
    }

    private static DateTimeOffset At(int second) => DateTimeOffset.UnixEpoch.AddSeconds(second);

    private static byte[] Packet(string from, string to, byte protocol, byte[] segment)
    {
        byte[] packet = [0x45, 0, 0, 0, 0, 1, 0x40, 0, 64, protocol, 0, 0, .. IPAddress.Parse(from).GetAddressBytes(), .. IPAddress.Parse(to).GetAddressBytes(), .. segment];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        return packet;
    }

    private static byte[] UdpHeader(int from, int to, byte[] data) => [(byte)(from >> 8), (byte)from, (byte)(to >> 8), (byte)to, 0, (byte)(data.Length + 8), 0, 0, .. data];

    private static byte[] TcpHeader(int from, int to, byte flags, uint sequence, uint acknowledged)
    {
        byte[] header = [(byte)(from >> 8), (byte)from, (byte)(to >> 8), (byte)to, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, flags, 1, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), acknowledged);
        return header;
    }

    private void Ask(DnsMessage answer)
    {
        Udp(Client, 4000, Resolver, 53, [1]);
        Udp(Resolver, 53, Client, 4000, answer.Bytes);
    }

    private void Udp(string from, int fromPort, string to, int toPort, byte[] data, int? process = null, string? name = null)
    {
        var packet = Packet(from, to, 17, UdpHeader(fromPort, toPort, data));
        _flows.Add(_now, (uint)packet.Length, packet, Raw, process, name);
        _now += 1_000_000_000;
    }

    private void Tcp(int from, int to, byte flags, uint sequence, uint acknowledged = 0, bool back = false, uint length = 40, string server = Server)
    {
        Add(Packet(back ? server : Client, back ? Client : server, 6, TcpHeader(from, to, flags, sequence, acknowledged)), length);
    }

    private void Add(byte[] packet, uint? length = null)
    {
        _flows.Add(_now, length ?? (uint)packet.Length, packet, Raw);
        _now += 1_000_000_000;
    }
}
