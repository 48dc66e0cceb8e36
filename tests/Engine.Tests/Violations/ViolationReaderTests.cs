using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Sandbox.Violations;

namespace Sandbox.Tests.Violations;

/// <summary>Records that lack something, or are none.</summary>
public sealed class ViolationReaderTests
{
    // The layout of version 1, by hand: the reader's own constants could be wrong on both sides.
    private const int HeadSize = 184, OpenAt = 257;

    [Fact]
    public void A_text_that_the_probe_could_not_read_is_taken_from_the_living_process_and_marked()
    {
        Assert.SkipUnless(RuntimeArchitecture.IsX64, "the number is that of x86-64");
        var text = Marshal.StringToCoTaskMemUTF8("/etc/from-the-process");
        try
        {
            var facts = ViolationReader.Read(Record(OpenAt, Environment.ProcessId, (ulong)text))!;
            Assert.Equal(("/etc/from-the-process", false, "open", 13), (facts.Path, facts.PathCertain, facts.Operation, facts.Errno));
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    [Fact]
    public void Of_a_process_that_is_gone_it_is_missing_and_marked()
    {
        Assert.SkipUnless(RuntimeArchitecture.IsX64, "the number is that of x86-64");
        var facts = ViolationReader.Read(Record(OpenAt, int.MaxValue, 0x1000))!;
        Assert.Equal((null, false), (facts.Path, facts.PathCertain));
    }

    [Fact]
    public void What_the_probe_read_counts_and_not_what_is_there_now()
    {
        Assert.SkipUnless(RuntimeArchitecture.IsX64, "the number is that of x86-64");
        var text = Marshal.StringToCoTaskMemUTF8("/etc/now");
        try
        {
            var section = new byte[8 + 16];
            section[0] = 1; // a text
            section[2] = 1; // of the argument 1
            BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(4), 10);
            Encoding.ASCII.GetBytes("/etc/then\0").CopyTo(section, 8);
            var facts = ViolationReader.Read([.. Record(OpenAt, Environment.ProcessId, (ulong)text), .. section])!;
            Assert.Equal(("/etc/then", true), (facts.Path, facts.PathCertain));
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    [Fact]
    public void A_call_of_an_unknown_number_has_that_number()
    {
        var facts = ViolationReader.Read(Record(9999, int.MaxValue, 0))!;
        Assert.Equal((9999, null, "syscall", SandboxViolationCategory.Syscall), (facts.SyscallNumber, facts.Entry, facts.Operation, facts.Category));
    }

    [Fact]
    public void Damaged_records_are_none_or_lack_something_and_never_throw()
    {
        var random = new Random(20_261_127);
        var whole = Record(OpenAt, int.MaxValue, 0x1000);
        Assert.Null(ViolationReader.Read(whole.AsSpan(0, HeadSize - 1)));
        Assert.Null(ViolationReader.Read([]));
        for (var round = 0; round < 20_000; round++)
        {
            var record = new byte[HeadSize + random.Next(0, 200)];
            random.NextBytes(record);
            whole.AsSpan(0, 4).CopyTo(record);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(76), int.MaxValue);
            if (random.Next(2) == 0) BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(16), random.Next(0, 470));
            // Sections that look like ones.
            for (var at = HeadSize; at + 8 <= record.Length && random.Next(4) != 0;)
            {
                var length = random.Next(-40, 60);
                BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(at), (ushort)random.Next(0, 5));
                BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(at + 2), (ushort)random.Next(0, 20));
                BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(at + 4), length);
                at += 8 + ((Math.Max(length, 0) + 7) & ~7);
            }

            Assert.NotNull(ViolationReader.Read(record));
        }
    }

    private static byte[] Record(int number, int thread, ulong path)
    {
        var record = new byte[HeadSize];
        BinaryPrimitives.WriteInt32LittleEndian(record, 1 | (HeadSize << 16));
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(16), number);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(20), 13);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(24), -100); // AT_FDCWD
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(32), path);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(72), thread);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(76), thread);
        return record;
    }
}
