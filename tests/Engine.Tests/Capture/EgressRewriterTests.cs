using System.Buffers.Binary;
using System.Net;
using CsCheck;
using Sandbox.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>Rewritten frames, whose checksums tshark judges; every byte that isn't an address, a port or a checksum stays.</summary>
public sealed class EgressRewriterTests : IDisposable
{
    private const string Macs = "02000000000b02000000000a", Four = "0a010101", Server = "c0000207", Six = "fd000000000000000000000000000001", SixServer = "20010db8000000000000000000000007";
    private readonly ScratchDirectory _directory = new();
    private readonly EgressRewriter _rewriter = Nat("10.1.1.1", "fd00::1", "198.51.100.9", "2001:db8:1::9", 1000);

    public void Dispose() => _directory.Dispose();

    // Name, frame, and what tshark shows of the rewritten one: addresses, ports, and the state of every checksum (1 is good).
    public static TheoryData<string, string, string> Frames() => new()
    {
        { "udp out", V4(17, Four, Server, "d4310035000c000074657374"), "198.51.100.9|192.0.2.7|55321|53||1|1" },
        { "udp in", V4(17, Server, Four, "0035d431000d00007465737421"), "192.0.2.7|198.51.100.9|53|55321||1|1" },
        { "tcp out with options", V4(6, Four, Server, "9c4001bb0000006400000000a002faf000000000020405b40402080a0000000100000000010303070102"), "198.51.100.9|192.0.2.7|41000|443||1|1" },
        { "tcp in with ip options", V4(6, Server, Four, "01bb9c4000000064000000655018faf000000000" + "616263", "94040000"), "192.0.2.7|198.51.100.9|443|41000||1|1" },
        { "udp in a vlan", V4(17, Four, Server, "d4310035000c000074657374").Insert(24, "81000064"), "198.51.100.9|192.0.2.7|55321|53||1|1" },
        { "echo out", V4(1, Four, Server, "08000000000700016162"), "198.51.100.9|192.0.2.7|||1007|1|1" },
        { "echo reply in", V4(1, Server, Four, "00000000000700016162"), "192.0.2.7|198.51.100.9|||1007|1|1" },
        { "udp6 out", V6(17, Six, SixServer, "d4310035000c000074657374"), "2001:db8:1::9|2001:db8::7|55321|53|||1" },
        { "tcp6 in behind extension headers", V6(6, SixServer, Six, "01bb9c4000000064000000655018faf00000000061626364", "3c00010400000000" + "0600010400000000", 0), "2001:db8::7|2001:db8:1::9|443|41000|||1" },
        { "echo6 out", V6(58, Six, SixServer, "80000000000700016162"), "2001:db8:1::9|2001:db8::7|||1007||1" },
    };

    [Theory]
    [MemberData(nameof(Frames))]
    public void Addresses_ports_and_checksums_follow_and_the_rest_stays(string name, string frame, string expected)
    {
        var original = Convert.FromHexString(frame);
        byte[] changed = [.. original];
        Assert.True(_rewriter.Rewrite(changed), name);
        var version6 = Verdict(original).Contains(':', StringComparison.Ordinal);
        Assert.EndsWith(version6 ? "|1" : "|1|1", Verdict(original), StringComparison.Ordinal); // else the test's own frame is wrong
        Assert.Equal(expected, Verdict(changed));
        var different = Enumerable.Range(0, original.Length).Where(i => original[i] != changed[i]).ToArray();
        Assert.DoesNotContain(different, i => i < 14); // the link
        Assert.InRange(different.Length, 4, version6 ? 16 + 2 + 2 : 4 + 2 + 2 + 2);
        byte[] back = [.. changed];
        var inverse = Nat("198.51.100.9", "2001:db8:1::9", "10.1.1.1", "fd00::1", -1000);
        Assert.True(inverse.Rewrite(back));
        Assert.Equal(original, back);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fragmented_datagram_is_right_when_put_together(bool six)
    {
        // The checksum is over the whole: take it from the datagram in one piece.
        var payload = "d43100350018" + "0000" + "000102030405060708090a0b0c0d0e0f";
        var whole = Convert.FromHexString(six ? V6(17, Six, SixServer, payload) : V4(17, Four, Server, payload));
        var sum = Convert.ToHexString(whole.AsSpan(six ? 60 : 40, 2));
        var data = payload.Remove(12, 4).Insert(12, sum);
        string[] parts = six
            ? [V6(-1, Six, SixServer, data[..32], "1100000100000063", 44), V6(-1, Six, SixServer, data[32..], "1100001000000063", 44)]
            : [V4(-17, Four, Server, data[..32], "", 0x2000), V4(-17, Four, Server, data[32..], "", 0x0002)];
        var file = Save([.. parts.Select(p => Rewritten(Convert.FromHexString(p)))]);
        var line = CaptureTool.Run("tshark", "-n", "-r", file, "-o", "udp.check_checksum:TRUE", "-o", "ip.defragment:TRUE", "-o", "ipv6.defragment:TRUE", "-Y", "udp", "-T", "fields", "-E", "separator=|", "-e", "udp.srcport", "-e", "udp.checksum.status", "-e", "udp.length");
        Assert.Equal("55321|1|24", line.Trim());
    }

    // A router says that the child's datagram didn't arrive, and quotes it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_packet_that_an_error_quotes_is_rewritten_alike(bool six)
    {
        var quoted = six ? V6(17, Six, SixServer, "d4310035000c000074657374")[28..] : V4(17, Four, Server, "d4310035000c000074657374")[28..];
        var error = Convert.FromHexString(six ? V6(58, SixServer, Six, "0104" + "0000" + "00000000" + quoted) : V4(1, Server, Four, "0303" + "0000" + "00000000" + quoted));
        var file = Save(Rewritten(error));
        var fields = six ? new[] { "ipv6.src", "ipv6.dst", "udp.srcport", "udp.checksum.status", "icmpv6.checksum.status" } : ["ip.src", "ip.dst", "udp.srcport", "udp.checksum.status", "ip.checksum.status", "icmp.checksum.status"];
        var line = CaptureTool.Run("tshark", ["-n", "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields", "-E", "separator=|", .. fields.SelectMany(f => new[] { "-e", f })]).Trim();
        Assert.Equal(six ? "2001:db8::7,2001:db8:1::9|2001:db8:1::9,2001:db8::7|55321|1|1" : "192.0.2.7,198.51.100.9|198.51.100.9,192.0.2.7|55321|1|1,1|1", line);
    }

    [Fact]
    public void A_wrong_checksum_stays_wrong_and_one_left_to_the_card_is_filled_in()
    {
        var frame = Convert.FromHexString(V4(17, Four, Server, "d4310035000c000074657374"));
        byte[] wrong = [.. frame];
        wrong[41] ^= 0x55;
        Assert.EndsWith("|1|0", Verdict(Rewritten(wrong)), StringComparison.Ordinal);
        byte[] partial = [.. frame];
        BinaryPrimitives.WriteUInt16BigEndian(partial.AsSpan(40), (ushort)Fold(Words(partial, 26, 34) + 17 + 12));
        Assert.EndsWith("|1|1", Verdict(Rewritten(partial)), StringComparison.Ordinal);
        byte[] none = [.. frame];
        none.AsSpan(40, 2).Clear();
        Assert.Equal([0, 0], Rewritten(none)[40..42]);
    }

    [Fact]
    public void A_cut_packet_keeps_a_checksum_that_is_right_for_the_whole()
    {
        var frame = Convert.FromHexString(V4(6, Four, Server, "9c4001bb00000064000000005018faf00000000061626364656667"));
        var whole = Rewritten([.. frame]);
        Assert.Equal(whole[..54], Rewritten(frame[..54]));
        Assert.Equal(whole[..40], Rewritten(frame[..40])); // within the header of TCP: its checksum isn't there
    }

    [Fact]
    public void What_stays_on_the_link_or_is_of_no_known_kind_is_left_out()
    {
        Assert.False(_rewriter.Rewrite([.. SampleFrames.Arp]));
        Assert.False(_rewriter.Rewrite([.. SampleFrames.Solicitation]));
        Assert.False(_rewriter.Rewrite(Convert.FromHexString(V4(-47, Four, Server, "0000080000000000"))));
        Assert.False(_rewriter.Rewrite([1, 2, 3]));
        var fourOnly = new EgressRewriter(IPAddress.Parse("10.1.1.1"), null, _ => new(1, 1));
        Assert.False(fourOnly.Rewrite(Convert.FromHexString(V6(17, Six, SixServer, "d4310035000c000074657374"))));
    }

    [Fact]
    public void Any_bytes_are_rewritten_or_left_out()
    {
        string[] frames = [.. Frames().Select(f => f.Data.Item2)];
        Gen.Select(Gen.Int[0, frames.Length - 1], Gen.Select(Gen.Int[12, 120], Gen.Byte).Array[0, 8], Gen.Int[0, 130]).Sample(
            given =>
            {
                var frame = Convert.FromHexString(frames[given.Item1]);
                foreach (var (at, value) in given.Item2.Where(m => m.Item1 < frame.Length)) frame[at] = value;
                _rewriter.Rewrite(frame.AsSpan(0, Math.Min(given.Item3, frame.Length)));
            },
            iter: 50_000);
    }

    // What no rule lets out has no place on the host.
    [Fact]
    public void A_flow_that_does_not_leave_is_left_out_with_the_errors_that_quote_it()
    {
        var rewriter = new EgressRewriter(IPAddress.Parse("10.1.1.1"), null, flow => flow is { Protocol: 17, Port: 0xd431, Remote: var remote, RemotePort: 53 } && remote == 0xc0000207 ? null : new(0xC6336409, flow.Port));
        var refused = V4(17, Four, Server, "d4310035000c000074657374");
        foreach (var frame in new[] { refused, V4(1, Server, Four, "030d" + "0000" + "00000000" + refused[28..]), V4(17, Server, "0a010102", "0035d431000d00007465737421") })
        {
            var bytes = Convert.FromHexString(frame);
            Assert.False(rewriter.Rewrite(bytes));
            Assert.Equal(Convert.FromHexString(frame), bytes);
        }

        Assert.True(rewriter.Rewrite(Convert.FromHexString(V4(17, Four, Server, "d4310036000c000074657374"))));
    }

    private static EgressRewriter Nat(string four, string six, string hostFour, string hostSix, int shift)
    {
        var (to4, to6) = (BinaryPrimitives.ReadUInt32BigEndian(IPAddress.Parse(hostFour).GetAddressBytes()), BinaryPrimitives.ReadUInt128BigEndian(IPAddress.Parse(hostSix).GetAddressBytes()));
        return new(IPAddress.Parse(four), IPAddress.Parse(six), flow => new(flow.Six ? to6 : to4, (ushort)(flow.Port + shift)));
    }

    private byte[] Rewritten(byte[] frame)
    {
        Assert.True(_rewriter.Rewrite(frame));
        return frame;
    }

    private string Verdict(byte[] frame)
    {
        var line = CaptureTool.Run(
            "tshark", "-n", "-r", Save(frame), "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields", "-E", "separator=|",
            "-e", "ip.src", "-e", "ipv6.src", "-e", "ip.dst", "-e", "ipv6.dst", "-e", "tcp.srcport", "-e", "udp.srcport", "-e", "tcp.dstport", "-e", "udp.dstport", "-e", "icmp.ident", "-e", "icmpv6.echo.identifier",
            "-e", "ip.checksum.status", "-e", "tcp.checksum.status", "-e", "udp.checksum.status", "-e", "icmp.checksum.status", "-e", "icmpv6.checksum.status").TrimEnd('\n');
        var f = line.Split('|');
        var id = f[8] + f[9];
        return $"{f[0]}{f[1]}|{f[2]}{f[3]}|{f[4]}{f[5]}|{f[6]}{f[7]}|{(id.Length == 0 ? "" : id.StartsWith("0x", StringComparison.Ordinal) ? Convert.ToInt32(id, 16) : int.Parse(id, System.Globalization.CultureInfo.InvariantCulture))}|{f[10]}|{f[11]}{f[12]}{f[13]}{f[14]}";
    }

    private string Save(params byte[][] frames)
    {
        var file = _directory.At($"{Guid.NewGuid():N}.pcapng");
        using var writer = new PcapngWriter(file, new());
        writer.Interface(new() { Name = "veth7" });
        foreach (var frame in frames) writer.Packet(0, 0, (uint)frame.Length, frame);
        return file;
    }

    // A frame with right checksums, which are 0 in the given transport; a negative protocol leaves the transport as it is.
    private static string V4(int protocol, string source, string destination, string transport, string options = "", int fragment = 0x4000)
    {
        var header = 20 + (options.Length / 2);
        var ip = Convert.FromHexString($"{0x40 + (header / 4):x2}2e{header + (transport.Length / 2):x4}1234{fragment:x4}39{Math.Abs(protocol):x2}0000{source}{destination}{options}{transport}");
        Put(ip, 10, Words(ip, 0, header));
        Transport(ip, header, protocol, Words(ip, 12, 20));
        return Macs + "0800" + Convert.ToHexStringLower(ip);
    }

    private static string V6(int protocol, string source, string destination, string transport, string extensions = "", int next = -1)
    {
        var ip = Convert.FromHexString($"6e012345{(extensions.Length + transport.Length) / 2:x4}{(next >= 0 ? next : protocol):x2}39{source}{destination}{extensions}{transport}");
        Transport(ip, 40 + (extensions.Length / 2), protocol, Words(ip, 8, 40));
        return Macs + "86dd" + Convert.ToHexStringLower(ip);
    }

    private static void Transport(byte[] ip, int at, int protocol, long addresses)
    {
        if (protocol < 0) return;
        var pseudo = protocol == 1 ? 0 : addresses + protocol + ip.Length - at;
        Put(ip, at + (protocol switch { 6 => 16, 17 => 6, _ => 2 }), pseudo + Words(ip, at, ip.Length));
    }

    private static void Put(byte[] bytes, int at, long sum) => BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), (ushort)~Fold(sum));

    private static long Words(byte[] bytes, int from, int to) =>
        Enumerable.Range(0, (to - from + 1) / 2).Sum(i => (bytes[from + (2 * i)] << 8) + (from + (2 * i) + 1 < to ? bytes[from + (2 * i) + 1] : 0L));

    private static long Fold(long sum) => sum > 0xFFFF ? Fold((sum & 0xFFFF) + (sum >> 16)) : sum;
}
