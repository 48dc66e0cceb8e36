using System.Buffers.Binary;
using Sandbox.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>Files of other programs, and files made byte by byte from the specification.</summary>
public sealed class CaptureFileReaderTests : IDisposable
{
    private readonly ScratchDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("pcapng", "pcapng")]
    [InlineData("pcap", "pcap")]
    [InlineData("nsecpcap", "pcap")]
    public void Files_of_editcap_are_read_as_tshark_reads_them(string type, string format)
    {
        var (original, file) = (_directory.At("original.pcapng"), _directory.At("converted"));
        using (var writer = new PcapngWriter(original, new()))
        {
            writer.Interface(new() { Name = "veth7" });
            foreach (var (frame, i) in SampleFrames.All.Select((f, i) => (f, i))) writer.Packet(0, 1_700_000_000_123_456_789 + i, (uint)frame.Length, frame);
        }

        CaptureTool.Run("editcap", "-F", type, original, file);
        using var reader = new CaptureFileReader(file);
        var packets = reader.Read().ToArray();
        Assert.Equal(format, reader.Format);
        Assert.Null(reader.Truncation);
        Assert.Equal(SampleFrames.All, packets.Select(p => p.Data));
        Assert.Equal(CaptureTool.Fields(file, "frame.time_epoch", "frame.len"), packets.Select(p => FormattableString.Invariant($"{p.UnixNanoseconds / 1_000_000_000}.{p.UnixNanoseconds % 1_000_000_000:000000000}|{p.Length}")));
    }

    [Theory]
    [InlineData(true, 0xA1B2C3D4, 5000)]
    [InlineData(false, 0xA1B2C3D4, 5000)]
    [InlineData(true, 0xA1B23C4D, 5)]
    [InlineData(false, 0xA1B23C4D, 5)]
    public void Classic_files_of_both_byte_orders_and_units(bool bigEndian, uint magic, long nanoseconds)
    {
        var file = new MadeFile(bigEndian).Words(magic).Halves(2, 4).Words(0, 0, 65535, 1, 3, 5, 4, 60).Bytes([1, 2, 3, 4]).Save(_directory);
        using var reader = new CaptureFileReader(file);
        var frame = Assert.Single(reader.Frames());
        Assert.Equal((3_000_000_000 + nanoseconds, 60L, 1), (frame.Time, frame.Length, reader.Read().Count() + 1));
        Assert.Equal([1, 2, 3, 4], frame.Data);
        Assert.Equal($"3.{nanoseconds:000000000}", CaptureTool.Fields(file, "frame.time_epoch")[0]);
    }

    // Section, then interfaces with a unit and an offset, then packets of each form, then a section of the other byte order.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_block_in_both_byte_orders(bool bigEndian)
    {
        var file = new MadeFile(bigEndian)
            .Block(0x0A0D0D0A, b => b.Words(0x1A2B3C4D).Halves(1, 0).Words(~0U, ~0U).Halves(2, 3).Bytes("vax\0"u8).Halves(999, 1).Bytes([9, 0, 0, 0]).Words(0))
            .Block(1, b => b.Halves(1, 0).Words(0).Halves(2, 4).Bytes("eth0"u8).Halves(9, 1).Bytes([0x8A, 0, 0, 0]).Halves(14, 8).Long(100).Words(0)) // 1024ths of a second from 100 on
            .Block(1, b => b.Halves(147, 0).Words(2))
            .Block(0x0BAD, b => b.Words(1, 2, 3)) // a block that nobody knows
            .Block(6, b => b.Words(0, 0, 512, 3, 60).Bytes([1, 2, 3, 0]).Halves(4, 8).Long(9).Halves(8, 8).Words(41, 42).Words(0))
            .Block(2, b => b.Halves(1, 4).Words(0, 7, 1, 1).Bytes([5, 0, 0, 0]))
            .Block(3, b => b.Words(2).Bytes([7, 8, 0, 0]))
            .Block(5, b => b.Words(0, 0, 0).Halves(4, 8).Long(11).Halves(5, 8).Long(2).Words(0))
            .Other()
            .Block(0x0A0D0D0A, b => b.Words(0x1A2B3C4D).Halves(1, 0).Words(~0U, ~0U))
            .Block(1, b => b.Halves(1, 0).Words(0))
            .Block(6, b => b.Words(0, 0, 1, 2, 2).Bytes([6, 6, 0, 0]))
            .Save(_directory);
        using var reader = new CaptureFileReader(file);
        var frames = reader.Frames().ToArray();
        Assert.Equal(
            [(0, 100_500_000_000, 60, 9L, 41), (1, 7_000, 1, 4L, null), (0, 0, 2, null, null), (2, 1_000, 2, null, (int?)null)],
            frames.Select(f => (f.Interface, f.Time, f.Length, f.Drops, f.ProcessId)));
        Assert.Equal(["010203", "05", "0708", "0606"], frames.Select(f => Convert.ToHexString(f.Data)));
        var sum = CaptureFileReader.Summarize(file);
        Assert.Equal(("pcapng", 4L, 2L, "vax", 2), (sum.Format, sum.Packets, sum.Dropped!.Value, sum.Sections[0].Hardware, sum.Sections.Count));
        Assert.Equal([("eth0", 1, 2L, 11L), ("", 147, 1L, null), ("", 1, 1L, (long?)null)], sum.Interfaces.Select(i => (i.Name, i.LinkType, i.Packets!.Value, i.Statistics?.Received)));
        Assert.Contains("Number of packets:   4", CaptureTool.Run("capinfos", file), StringComparison.Ordinal);
        Assert.Equal("100.500000000", CaptureTool.Fields(file, "frame.time_epoch")[0]);
    }

    // Wireshark's custom block: its entry is little-endian in both. Of several processes with one id it is the one that had started last by then.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Processes_in_both_byte_orders(bool bigEndian)
    {
        static MadeFile Entry() => new(bigEndian: false);
        static void Tell(MadeFile file, byte[] entry) => file.Block(0x0BAD, b => b.Words(32622).Bytes(Entry().Words(3, (uint)entry.Length).ToArray()).Bytes(entry).Halves(1, 3).Bytes("all\0"u8).Words(0));
        static byte[] Named(uint id, ReadOnlySpan<byte> name, ulong? start = null) => start is { } known ? Entry().Words(id).Halves(2, 4).Bytes(name).Halves(9, 8).Long(known).ToArray() : Entry().Words(id).Halves(2, 4).Bytes(name).ToArray();
        static void Begin(MadeFile file) => file.Block(0x0A0D0D0A, b => b.Words(0x1A2B3C4D).Halves(1, 0).Words(~0U, ~0U)).Block(1, b => b.Halves(1, 0).Words(0));
        static void Packet(MadeFile file, uint time, uint id) => file.Block(6, b => b.Words(0, 0, time, 2, 2).Bytes([6, 6, 0, 0]).Halves(8, 8).Words(id, 0).Words(0));
        var file = new MadeFile(bigEndian);
        Begin(file);
        Tell(file, Named(500, "1st "u8, 90_000));
        Tell(file, Named(500, "2nd "u8, 120_000));
        Tell(file, Named(600, "old "u8));
        Tell(file, Named(600, "new "u8));
        file.Block(0x40000BAD, b => b.Words(32622).Bytes(Entry().Words(99, 5).ToArray()).Bytes([1, 2, 3, 4, 5, 0, 0, 0])); // an entry that nobody knows
        foreach (var (time, id) in ((uint, uint)[])[(105, 500), (125, 500), (10, 500), (101, 600), (102, 700)]) Packet(file, time, id);
        Tell(file, Entry().Words(77).Halves(2, 4).Bytes("sshd"u8).Halves(3, 9).Bytes("/bin/sshd\0\0\0"u8).Halves(4, 7).Bytes("sshd\0-D\0"u8).Halves(5, 4).Words(1).Halves(6, 4).Words(4_000_000_000)
            .Halves(7, 5).Bytes("alice\0\0\0"u8).Halves(9, 8).Long(1_767_225_600_000_000_000).Words(0).ToArray());
        Packet(file, 103, 77);
        // Another section is of another machine.
        Begin(file.Other());
        Packet(file, 104, 77);
        using var reader = new CaptureFileReader(file.Save(_directory));
        var packets = reader.Read().ToArray();
        Assert.Equal(["1st ", "2nd ", "1st ", "new ", null, "sshd", null], packets.Select(p => p.Process?.Name));
        Assert.Equal(packets.Select(p => p.Process?.Name), packets.Select(p => p.ProcessName));
        var process = packets[5].Process!;
        Assert.Equal((77, "/bin/sshd", 1, 4_000_000_000, "alice", 1_767_225_600_000_000_000), (process.Id, process.Path, process.ParentId, process.UserId, process.UserName, process.UnixNanoseconds));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), process.StartTime);
        Assert.Equal(["sshd", "-D"], process.CommandLine);
    }

    [Fact]
    public void Many_processes_of_one_id_take_no_time_to_speak_of()
    {
        const uint Count = 300_000;
        var made = new MadeFile(false).Block(0x0A0D0D0A, b => b.Words(0x1A2B3C4D).Halves(1, 0).Words(~0U, ~0U));
        for (var i = Count; i > 0; i--) made.Words(0x0BAD, 40, 32622, 3, 16, 1, 9 | (8 << 16), i, 0, 40); // the last one first
        var path = made.Save(_directory);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal((int)Count, CaptureFileReader.Summarize(path).Processes.Count);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 4000);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(uint.MaxValue, 0)]
    [InlineData(3, 0)] // not even an id
    [InlineData(12, 60)] // an option that is longer than its entry
    public void A_damaged_process_names_the_place(uint length, ushort option)
    {
        var rest = option == 0 ? [] : new MadeFile(bigEndian: false).Halves(2, option).Words(0).ToArray();
        var file = new MadeFile(bigEndian: false).Block(0x0A0D0D0A, b => b.Words(0x1A2B3C4D).Halves(1, 0).Words(~0U, ~0U)).Block(0x0BAD, b => b.Words(32622, 3, length, 1).Bytes(rest)).Save(_directory);
        using var reader = new CaptureFileReader(file);
        var error = Assert.Throws<SandboxException>(() => reader.Frames().Count());
        Assert.Equal("ReadPacket,DAMAGED", error.ErrorId);
        Assert.Contains($"{file}, byte 28:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_end_is_told_and_what_is_before_it_is_read()
    {
        var whole = Whole(out var ends, out var others);
        for (var length = 1; length < whole.Length; length++)
        {
            var file = _directory.At("cut");
            File.WriteAllBytes(file, whole[..length]);
            if (length < 4)
            {
                Assert.Equal("ReadPacket,FORMAT", Assert.Throws<SandboxException>(() => new CaptureFileReader(file)).ErrorId);
                continue;
            }

            using var reader = new CaptureFileReader(file);
            Assert.Equal(ends.Count(end => end <= length), reader.Frames().Count());
            Assert.Equal(ends.Contains(length) || others.Contains(length), reader.Truncation is null);
        }
    }

    [Fact]
    public void An_empty_file_has_no_packet_and_says_so()
    {
        using var reader = new CaptureFileReader(_directory.Write("empty", ""));
        Assert.Empty(reader.Read());
        Assert.Equal("The file is empty.", reader.Truncation);
    }

    [Theory]
    [InlineData(4, 0xFFFFFFFC)] // the length
    [InlineData(4, 66)]
    [InlineData(8, 5)] // the interface
    [InlineData(20, 0xFFFFFFF0)] // the kept length
    [InlineData(64, 12)] // the second length
    public void Damage_names_the_file_and_the_place(int field, uint value)
    {
        var bytes = Whole(out var ends, out _);
        var start = ends[^1] - 68;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(start + field), value);
        var file = _directory.At("damaged");
        File.WriteAllBytes(file, bytes);
        using var reader = new CaptureFileReader(file);
        var read = 0;
        var error = Assert.Throws<SandboxException>(() =>
        {
            foreach (var frame in reader.Frames()) read += frame.Data.Length > 0 ? 1 : 0;
        });
        Assert.Equal("ReadPacket,DAMAGED", error.ErrorId);
        Assert.Contains($"{file}, byte {start}:", error.Message, StringComparison.Ordinal);
        Assert.Equal(ends.Count - 1, read);
        Assert.Empty(reader.Frames()); // and it doesn't go on from somewhere within
    }

    [Fact]
    public void Other_files_directories_and_missing_ones_are_errors()
    {
        Assert.Equal("ReadPacket,FORMAT", Assert.Throws<SandboxException>(() => new CaptureFileReader("/bin/true")).ErrorId);
        Assert.Equal(SandboxErrorKind.PermissionDenied, Assert.Throws<SandboxException>(() => new CaptureFileReader(_directory.Path)).Kind);
        Assert.Equal(SandboxErrorKind.ObjectNotFound, Assert.Throws<SandboxException>(() => new CaptureFileReader(_directory.At("none"))).Kind);
    }

    // The ends of its packets, and of its other blocks.
    private byte[] Whole(out List<int> ends, out List<int> others)
    {
        var file = _directory.At("whole.pcapng");
        ends = [];
        using (var writer = new PcapngWriter(file, new(), immediate: true))
        {
            others = [(int)writer.Durable];
            writer.Interface(new() { Name = "a" });
            others.Add((int)writer.Durable);
            for (var i = 0; i < 5; i++)
            {
                writer.Packet(0, i, 33, new byte[33]); // 32 + 36 bytes
                ends.Add((int)writer.Durable);
            }
        }

        var bytes = File.ReadAllBytes(file);
        File.Delete(file);
        return bytes;
    }
}
