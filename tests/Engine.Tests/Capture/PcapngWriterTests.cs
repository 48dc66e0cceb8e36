using System.Diagnostics;
using System.Net;
using Sandbox.Capture;
using Sandbox.Native;
using Sandbox.Tests.Host;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>The files, as Wireshark's and tcpdump's own readers see them.</summary>
public sealed class PcapngWriterTests : IDisposable
{
    private const long Time = 1_700_000_000_123_456_789;
    private static readonly CaptureSection Section = new() { Hardware = "made machine", OperatingSystem = "Linux 6", Application = "Sandbox 1", Comment = "curl https://example.net" };
    private static readonly CaptureInterface Ethernet = new() { Name = "veth7", Description = "the child's end", SnapLength = 65_535, Filter = "udp port 53", OperatingSystem = "Linux 6" };

    private readonly ScratchDirectory _directory = new();

    private string File => _directory.At("made.pcapng");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_header_says_what_was_given()
    {
        using (var writer = new PcapngWriter(File, Section)) writer.Interface(Ethernet);
        var text = CaptureTool.Run("capinfos", File);
        foreach (var line in (string[])[
            "File type:           Wireshark/... - pcapng", "File encapsulation:  Ethernet", "Capture hardware:    made machine", "Capture oper-sys:    Linux 6", "Capture application: Sandbox 1",
            "Capture comment:     curl https://example.net", "Name = veth7", "Description = the child's end", "Time precision = nanoseconds (9)", "Capture length = 65535", "Operating system = Linux 6", "Filter string = udp port 53"])
        {
            Assert.Contains(line, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Packets_are_what_was_given()
    {
        using (var writer = new PcapngWriter(File, Section))
        {
            writer.Interface(Ethernet);
            writer.Interface(Ethernet with { Name = "veth8" });
            writer.Packet(0, Time, 200, SampleFrames.Udp);
            writer.Packet(1, Time + 1, (uint)SampleFrames.TcpSyn.Length, SampleFrames.TcpSyn, new() { Flags = 1, Drops = 7, Comment = "first try" });
        }

        Assert.Equal(
            ["1700000000.123456789|200|46|veth7||||53", "1700000000.123456790|66|66|veth8|0x00000001|7|first try|"],
            CaptureTool.Fields(File, "frame.time_epoch", "frame.len", "frame.cap_len", "frame.interface_name", "frame.packet_flags", "frame.drop_count", "frame.comment", "udp.dstport"));
        Assert.Equal(2, CaptureTool.Lines(CaptureTool.Run("tcpdump", "-n", "-r", File)).Length);
        Assert.Contains(Convert.ToHexString(SampleFrames.Udp[16..22]), CaptureTool.Run("tcpdump", "-n", "-r", File, "-xx", "-c", "1").Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
    }

    // Option 8 holds 32 bits of process id, then 32 bits of thread id.
    [Fact]
    public void A_packet_names_its_process()
    {
        using (var writer = new PcapngWriter(File, Section))
        {
            writer.Interface(Ethernet);
            writer.Packet(0, Time, 46, SampleFrames.Udp, new() { Owner = (0x01020304, 0x05060708) });
        }

        Assert.True(System.IO.File.ReadAllBytes(File).AsSpan().IndexOf(new byte[] { 8, 0, 8, 0, 4, 3, 2, 1, 8, 7, 6, 5, 0, 0, 0, 0 }) > 0);
        Assert.Single(CaptureTool.Fields(File, "frame.number"));
    }

    // Wireshark's custom block: PEN, entry type and length, then the entry (wiretap/pcapng-wireshark-custom.c): the id and options.
    [Fact]
    public void A_process_is_told_once_before_its_packets()
    {
        var process = new CapturedProcess { Id = 1234, Name = "curl", Path = "/usr/bin/curl", Arguments = [.. "curl\0-v"u8], ParentId = 1, UserId = 1000, UserName = "alice", UnixNanoseconds = 1_767_225_600_000_000_000 };
        using (var writer = new PcapngWriter(File, Section))
        {
            writer.Interface(Ethernet);
            for (var i = 0; i < 2; i++)
            {
                writer.Process(process);
                writer.Packet(0, Time, 46, SampleFrames.Udp, new() { Owner = (1234, 1234) });
            }

            writer.Process(process with { Arguments = new byte[65_536], Path = null, UserName = null });
        }

        var block = Convert.FromHexString(
            "AD0B0000" + "70000000" + "6E7F0000" + "03000000" + "58000000" + "D2040000"
            + "02000400" + "6375726C" + "03000D00" + "2F7573722F62696E2F6375726C" + "000000" + "04000700" + "6375726C002D76" + "00"
            + "05000400" + "01000000" + "06000400" + "E8030000" + "07000500" + "616C696365" + "000000" + "09000800" + "0000FAED51728618" + "00000000" + "70000000");
        var bytes = System.IO.File.ReadAllBytes(File).AsSpan();
        var at = bytes.IndexOf(block);
        Assert.True(at > 0, Convert.ToHexString(bytes));
        Assert.Equal(6, bytes[at + block.Length]); // its packet
        Assert.Equal(-1, bytes[(at + 4)..].IndexOf(block));
        Assert.Equal(-1, bytes[(at + block.Length)..].IndexOf("alice"u8));
        Assert.True(bytes.Length < 1024, "arguments that don't fit an option are left out");
        Assert.Contains("Number of packets:   2", CaptureTool.Run("capinfos", "-M", "-c", File), StringComparison.Ordinal);
    }

    // An id that was used again, while connections of the process before still end.
    [Fact]
    public void A_process_is_told_again_where_another_of_its_id_came_between()
    {
        var (first, second) = (new CapturedProcess { Id = 7, Name = "first", UnixNanoseconds = Time - 20, Arguments = [1] }, new CapturedProcess { Id = 7, Name = "second", UnixNanoseconds = Time - 10 });
        using (var writer = new PcapngWriter(File, Section))
        {
            writer.Interface(Ethernet);
            foreach (var process in new[] { first, second, first, first, second })
            {
                writer.Process(process);
                writer.Packet(0, Time, 46, SampleFrames.Udp, new() { Owner = (7, 7) });
            }
        }

        using var reader = new CaptureFileReader(File);
        Assert.Equal(["first", "second", "first", "first", "second"], reader.Read().Select(p => p.Process!.Name));
        Assert.Equal(["first", "second"], CaptureFileReader.Summarize(File).Processes.Select(p => p.Name));
        Assert.Equal(4, System.IO.File.ReadAllBytes(File).AsSpan().Count("\x6E\x7F\0\0\x03\0\0\0"u8)); // the one that stays isn't told twice
    }

    [Fact]
    public void Statistics_names_and_secrets_are_read()
    {
        using (var writer = new PcapngWriter(File, Section))
        {
            writer.Interface(Ethernet);
            writer.Names([(IPAddress.Parse("10.1.1.2"), "server.example"), (IPAddress.Parse("fd00::2"), "six.example")]);
            writer.Secrets("CLIENT_RANDOM 00 01\n"u8);
            writer.Packet(0, Time, 46, SampleFrames.Udp);
            writer.Packet(0, Time, 66, SampleFrames.Udp6);
            writer.Statistics(0, Time, Time + 5_000_000_000, received: 12, dropped: 3, accepted: 9, delivered: 1);
        }

        Assert.Equal(["server.example|", "|six.example"], CaptureTool.Lines(CaptureTool.Run("tshark", "-N", "n", "-r", File, "-T", "fields", "-E", "separator=|", "-e", "ip.dst_host", "-e", "ipv6.dst_host")));
        HostOracle.Require("python3");
        var blocks = CaptureTool.Run("python3", "-c", """
            import struct, sys
            data, at = open(sys.argv[1], 'rb').read(), 0
            while at < len(data):
                kind, total = struct.unpack_from('<II', data, at)
                assert struct.unpack_from('<I', data, at + total - 4)[0] == total
                if kind == 10: print('secrets', data[at + 8:at + 12], data[at + 16:at + 16 + struct.unpack_from('<I', data, at + 12)[0]])
                if kind == 5:
                    place = at + 20
                    while True:
                        code, length = struct.unpack_from('<HH', data, place)
                        if code == 0: break
                        high, low = struct.unpack_from('<II', data, place + 4)
                        print(code, (high << 32) + low if code in (2, 3) else (low << 32) + high)
                        place += 4 + (length + 3) // 4 * 4
                at += total
            """, File);
        Assert.Equal(
            ["secrets b'KSLT' b'CLIENT_RANDOM 00 01\\n'", "2 1700000000123456789", "3 1700000005123456789", "4 12", "5 3", "6 9", "8 1"], CaptureTool.Lines(blocks));
        Assert.Contains("Number of packets:   2", CaptureTool.Run("capinfos", File), StringComparison.Ordinal);
    }

    [Fact]
    public void An_existing_file_stays_as_it_is()
    {
        System.IO.File.WriteAllText(File, "mine");
        var error = Assert.Throws<SandboxException>(() => new PcapngWriter(File, Section));
        Assert.Equal("PacketCapture,FILE_EXISTS", error.ErrorId);
        Assert.Contains(File, error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void Only_the_owner_reads_it()
    {
        using var writer = new PcapngWriter(File, Section);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void It_is_at_most_a_moment_behind()
    {
        using var writer = new PcapngWriter(File, Section);
        writer.Interface(Ethernet);
        writer.Packet(0, Time, 46, SampleFrames.Udp);
        Assert.Empty(CaptureTool.Fields(File, "frame.number"));
        var watch = Stopwatch.StartNew();
        while (writer.Packets == 0)
        {
            Assert.True(watch.ElapsedMilliseconds < 300);
            Thread.Sleep(10);
            writer.FlushIfDue();
        }

        Assert.Single(CaptureTool.Fields(File, "frame.number"));
    }

    [Fact]
    public void Immediate_writes_every_packet_at_once()
    {
        using var writer = new PcapngWriter(File, Section, immediate: true);
        writer.Interface(Ethernet);
        writer.Packet(0, Time, 46, SampleFrames.Udp);
        Assert.Single(CaptureTool.Fields(File, "frame.number"));
    }

    [Fact]
    public void A_full_disk_is_an_error_and_leaves_whole_blocks()
    {
        var mount = Directory.CreateDirectory(_directory.At("small")).FullName;
        Assert.SkipUnless(CaptureTool.Try("mount", "-t", "tmpfs", "-o", "size=256k", "none", mount).Code == 0, "needs the privilege to mount");
        try
        {
            var file = mount + "/made.pcapng";
            using var writer = new PcapngWriter(file, Section);
            writer.Interface(Ethernet);
            var given = 0;
            var error = Assert.Throws<ErrnoException>(() =>
            {
                for (; given < 100_000; given++) writer.Packet(0, Time + given, 66, SampleFrames.TcpSyn);
            });
            Assert.Equal(Errno.ENOSPC, error.Errno);
            Assert.Contains(file, error.Message, StringComparison.Ordinal);
            var (code, output, complaint) = CaptureTool.Try("tshark", "-r", file, "-T", "fields", "-e", "frame.number");
            Assert.True(code == 0, complaint); // it says of a cut file that it is
            Assert.Equal(writer.Packets, CaptureTool.Lines(output).Length);
            Assert.InRange(writer.Packets, 1000, 100_000);
            Assert.Equal(given + 1, writer.Packets + writer.Lost);
        }
        finally
        {
            CaptureTool.Run("umount", mount);
        }
    }

    [Fact]
    public void A_killed_writer_leaves_a_readable_file()
    {
        using var host = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["host", "capture", File]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("writing", host.StandardOutput.ReadLine());
            Assert.True(SpinWait.SpinUntil(() => new FileInfo(File).Length > 1 << 20, 10_000));
        }
        finally
        {
            host.Kill();
            host.WaitForExit();
        }

        using var reader = new CaptureFileReader(File);
        var number = 0;
        foreach (var frame in reader.Frames()) Assert.Equal(number++, BitConverter.ToInt32(frame.Data));
        Assert.True(number > 1000);
        var (_, output, _) = CaptureTool.Try("capinfos", "-c", "-M", File);
        Assert.Contains($"Number of packets:   {number}", output, StringComparison.Ordinal);
    }
}
