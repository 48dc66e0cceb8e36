using System.Net;
using CsCheck;
using Sandbox.Capture;

namespace Sandbox.Tests.Capture;

/// <summary>From where to where packets go, by their bytes.</summary>
public sealed class PacketTupleTests
{
    private const int Ethernet = 1;

    public static TheoryData<string, string> Frames => new()
    {
        { nameof(SampleFrames.Udp), "17 10.1.1.1 54321 10.1.1.2 53" },
        { nameof(SampleFrames.TcpSyn), "6 10.1.1.1 40000 10.1.1.2 443" },
        { nameof(SampleFrames.TcpReply), "6 10.1.1.2 443 10.1.1.1 40000" },
        { nameof(SampleFrames.Echo), "1 10.1.1.1 7 10.1.1.2 7" },
        { nameof(SampleFrames.Arp), "none" },
        { nameof(SampleFrames.TaggedUdp), "17 10.1.1.1 54321 10.1.1.2 53" },
        { nameof(SampleFrames.LaterFragment), "17 10.1.1.1 0 10.1.1.2 0" },
        { nameof(SampleFrames.Udp6), "17 fd00::1 54321 fd00::2 53" },
        { nameof(SampleFrames.Tcp6Extended), "6 fd00::1 8080 fd00::2 80" },
        { nameof(SampleFrames.Solicitation), "58 fd00::1 0 ff02::1:ff00:2 0" },
    };

    [Theory]
    [MemberData(nameof(Frames))]
    public void Tuples_of_frames(string frame, string expected) => Assert.Equal(expected, Text(Frame(frame), Ethernet));

    [Fact]
    public void It_has_a_text() => Assert.Equal("6 10.0.0.1:80 > 10.0.0.2:8080", new PacketTuple(6, false, 0x0A000001, 80, 0x0A000002, 8080).ToString());

    [Fact]
    public void Every_link_type_with_an_ip_packet()
    {
        var ip = SampleFrames.Udp[14..];
        var expected = Text(SampleFrames.Udp, Ethernet);
        foreach (var raw in (int[])[12, 14, 101, 228]) Assert.Equal(expected, Text(ip, raw));
        Assert.Equal(Text(SampleFrames.Udp6, Ethernet), Text(SampleFrames.Udp6[14..], 229));
        Assert.Equal(expected, Text([2, 0, 0, 0, .. ip], 0));
        Assert.Equal(expected, Text([0, 0, 0, 2, .. ip], 108));
        Assert.Equal(expected, Text([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 10, 0, 0, 8, 0, .. ip], 113));
        Assert.Equal(expected, Text([8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 10, 0, 0, .. ip], 276));
        Assert.Equal("none", Text(ip, 105));
    }

    [Fact]
    public void Several_tags()
    {
        byte[] frame = [.. SampleFrames.Udp[..12], 0x88, 0xA8, 0, 1, 0x81, 0, 0, 2, .. SampleFrames.Udp[12..]];
        Assert.Equal(Text(SampleFrames.Udp, Ethernet), Text(frame, Ethernet));
    }

    [Fact]
    public void The_first_fragment_has_ports_and_those_after_it_have_none_also_in_ipv6()
    {
        var first = Fragment6(offset: 0);
        Assert.Equal("17 fd00::1 54321 fd00::2 53", Text(first, Ethernet));
        Assert.Equal("17 fd00::1 0 fd00::2 0", Text(Fragment6(offset: 8), Ethernet));
        Assert.True(PacketTuple.TryParse(Fragment6(offset: 8), Ethernet, out _, out var segment));
        Assert.Equal(0, segment.Length);
    }

    [Fact]
    public void Echo_identifiers_of_both_families_and_other_icmp_without()
    {
        byte[] echo6 = [.. SampleFrames.Solicitation];
        (echo6[54], echo6[58], echo6[59]) = (128, 0x12, 0x34);
        Assert.Equal("58 fd00::1 4660 ff02::1:ff00:2 4660", Text(echo6, Ethernet));
        byte[] unreachable = [.. SampleFrames.Echo];
        unreachable[34] = 3;
        Assert.Equal("1 10.1.1.1 0 10.1.1.2 0", Text(unreachable, Ethernet));
    }

    [Fact]
    public void The_segment_ends_with_the_packet_and_not_with_the_padding()
    {
        Assert.True(PacketTuple.TryParse([.. SampleFrames.Udp, .. new byte[14]], Ethernet, out _, out var segment));
        Assert.Equal("test"u8, segment[8..]);
    }

    [Fact]
    public void The_reverse_is_the_answer_and_equality_is_by_value()
    {
        Assert.True(PacketTuple.TryParse(SampleFrames.TcpSyn, Ethernet, out var there));
        Assert.True(PacketTuple.TryParse(SampleFrames.TcpReply, Ethernet, out var back));
        Assert.Equal(there, back.Reversed);
        Assert.Equal(there.GetHashCode(), back.Reversed.GetHashCode());
        Assert.NotEqual(there, back);
        Assert.NotEqual(there, there with { Protocol = PacketTuple.Udp });
        Assert.NotEqual(there, there with { Six = true });
    }

    [Fact]
    public void Addresses_and_numbers()
    {
        foreach (var text in (string[])["10.1.2.3", "255.255.255.255", "fd00::1", "::ffff:10.1.2.3", "::1"])
        {
            var address = IPAddress.Parse(text);
            Assert.Equal(address, PacketTuple.ToAddress(PacketTuple.Number(address), text.Contains(':', StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Cut_and_random_frames_never_fail() =>
        Gen.Select(Gen.Int[0, 300], Gen.Byte.Array[0, 200], Gen.Int[0, SampleFrames.All.Length - 1], Gen.Int[0, 100]).Sample(
            given =>
            {
                byte[] frame = [.. SampleFrames.All[given.Item3].Take(given.Item4), .. given.Item2];
                foreach (var link in (int[])[given.Item1, Ethernet, 101, 113, 276])
                {
                    PacketTuple.TryParse(frame, link, out var tuple, out var segment);
                    Assert.InRange(segment.Length, 0, frame.Length);
                    Assert.Equal(tuple, tuple.Reversed.Reversed);
                }
            },
            iter: 20_000);

    [Fact]
    public void It_takes_no_memory()
    {
        _ = Parse(100); // what is made once
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = Parse(10_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);

        static int Parse(int count)
        {
            var sum = 0;
            for (var i = 0; i < count; i++)
            {
                PacketTuple.TryParse(SampleFrames.All[i % SampleFrames.All.Length], Ethernet, out var tuple);
                sum ^= tuple.GetHashCode();
            }

            return sum;
        }
    }

    private static byte[] Frame(string name) => (byte[])typeof(SampleFrames).GetProperty(name)!.GetValue(null)!;

    private static byte[] Fragment6(byte offset)
    {
        byte[] frame = [.. SampleFrames.Udp6[..54], 17, 0, 0, (byte)(offset | 1), 0, 0, 0, 9, .. SampleFrames.Udp6[54..]];
        (frame[19], frame[20]) = ((byte)(frame[19] + 8), 44);
        return frame;
    }

    private static string Text(byte[] frame, int linkType) => PacketTuple.TryParse(frame, linkType, out var t)
        ? $"{t.Protocol} {PacketTuple.ToAddress(t.Source, t.Six)} {t.SourcePort} {PacketTuple.ToAddress(t.Destination, t.Six)} {t.DestinationPort}" : "none";
}
