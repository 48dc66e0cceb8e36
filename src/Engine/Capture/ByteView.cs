using System.Buffers.Binary;

namespace Sandbox.Capture;

/// <summary>Numbers in a block, in the byte order of its section. The caller has checked the length.</summary>
internal readonly ref struct ByteView(ReadOnlySpan<byte> bytes, bool bigEndian)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public int Length => Bytes.Length;

    public ushort UInt16(int at) => bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(Bytes[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(Bytes[at..]);

    public uint UInt32(int at) => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(Bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(Bytes[at..]);

    public ulong UInt64(int at) => bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(Bytes[at..]) : BinaryPrimitives.ReadUInt64LittleEndian(Bytes[at..]);

    /// <summary>A time: two words, the high one first in every byte order.</summary>
    public ulong Time(int at) => ((ulong)UInt32(at) << 32) | UInt32(at + 4);

    public ByteView From(int at) => new(Bytes[at..], bigEndian);
}
