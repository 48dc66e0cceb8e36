using System.Buffers.Binary;

namespace Sandbox.Bench.Capture;

/// <summary>The last block of a capture file, read without the engine's reader: the statistics of its interface.</summary>
internal static class StatisticsBlock
{
    private const int Kind = 5, Received = 4, Dropped = 5, Delivered = 8; // isb_ifrecv, isb_ifdrop, isb_usrdeliv

    public static (long Received, long Dropped, long Delivered) Read(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> length = stackalloc byte[4];
        file.Seek(-4, SeekOrigin.End);
        file.ReadExactly(length);
        var block = new byte[BinaryPrimitives.ReadUInt32LittleEndian(length)];
        file.Seek(-block.Length, SeekOrigin.End);
        file.ReadExactly(block);
        if (BinaryPrimitives.ReadUInt32LittleEndian(block) != Kind) throw new InvalidOperationException("The file doesn't end with statistics.");
        var values = new Dictionary<int, long>();
        for (var at = 20; at + 4 <= block.Length - 4 && BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(at)) is not 0 and var code; at += 4 + ((BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(at + 2)) + 3) & ~3))
        {
            values[code] = BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(at + 4));
        }

        return (values[Received], values[Dropped], values[Delivered]);
    }
}
