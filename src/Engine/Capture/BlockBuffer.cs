using System.Buffers.Binary;
using System.Text;

namespace Sandbox.Capture;

/// <summary>Whole blocks of a pcapng file that wait to be written, little-endian (draft-ietf-opsawg-pcapng).</summary>
internal sealed class BlockBuffer
{
    private const int LongestText = 65_535; // an option's length is 16 bits
    private const int PacketHead = 28, FlagsLength = 12;
    private byte[] _bytes = new byte[1 << 17];
    private int _start;

    /// <summary>How many bytes wait.</summary>
    public int Length { get; private set; }

    /// <summary>What waits.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Begins a block; <see cref="End"/> fills its two lengths.</summary>
    public void Begin(PcapngBlock type)
    {
        _start = Length;
        UInt32((uint)type);
        UInt32(0);
    }

    public void End()
    {
        var total = (uint)(Length - _start + 4);
        UInt32(total);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_start + 4), total);
    }

    /// <summary>A whole Enhanced Packet Block with at most its flags, its place taken once: there may be a million of them a second.</summary>
    public void Packet(int number, long time, uint length, ReadOnlySpan<byte> data, uint? flags)
    {
        var padded = (data.Length + 3) & ~3;
        var block = Take(PacketHead + padded + (flags is null ? 4 : FlagsLength + 4));
        BinaryPrimitives.WriteUInt32LittleEndian(block, (uint)PcapngBlock.EnhancedPacket);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], block.Length);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], (uint)((ulong)time >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(block[16..], (uint)time);
        BinaryPrimitives.WriteInt32LittleEndian(block[20..], data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(block[24..], length);
        data.CopyTo(block[PacketHead..]);
        block[(PacketHead + data.Length)..(PacketHead + padded)].Clear();
        if (flags is { } known)
        {
            var option = block[(PacketHead + padded)..];
            BinaryPrimitives.WriteUInt16LittleEndian(option, PcapngOption.PacketFlags);
            BinaryPrimitives.WriteUInt16LittleEndian(option[2..], 4);
            BinaryPrimitives.WriteUInt32LittleEndian(option[4..], known);
            option[8..FlagsLength].Clear(); // the end of options
        }

        BinaryPrimitives.WriteInt32LittleEndian(block[^4..], block.Length);
    }

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>A time in the units of the interface: its high word comes first in every byte order.</summary>
    public void Time(long nanoseconds)
    {
        UInt32((uint)((ulong)nanoseconds >> 32));
        UInt32((uint)nanoseconds);
    }

    /// <summary>Bytes, padded with zeros to a multiple of four.</summary>
    public void Padded(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Take(bytes.Length));
        Take(-bytes.Length & 3).Clear();
    }

    public void Option(int code, ReadOnlySpan<byte> value)
    {
        UInt16((ushort)code);
        UInt16((ushort)value.Length);
        Padded(value);
    }

    /// <summary>An option of text; none for no text. A text that is too long is cut at a whole character.</summary>
    public void Option(int code, string? text)
    {
        if (string.IsNullOrEmpty(text)) return;
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = Math.Min(bytes.Length, LongestText);
        if (length < bytes.Length)
        {
            while ((bytes[length] & 0xC0) == 0x80) length--;
        }

        Option(code, bytes.AsSpan(0, length));
    }

    public void Option(int code, ulong value)
    {
        UInt16((ushort)code);
        UInt16(8);
        UInt64(value);
    }

    public void Option(int code, uint value)
    {
        UInt16((ushort)code);
        UInt16(4);
        UInt32(value);
    }

    /// <summary>Sets four bytes that were taken before.</summary>
    public void Set(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(at), value);

    public void EndOfOptions() => UInt32(0);

    private Span<byte> Take(int count)
    {
        if (Length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
