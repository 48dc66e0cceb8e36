using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Sandbox.Native;

/// <summary>One message to the kernel while it is written: the header of netlink(7), a fixed part, attributes that may nest.</summary>
internal sealed class NetlinkMessage
{
    public const ushort Request = 1, Acknowledge = 4, Dump = 0x300, Exclusive = 0x200, Create = 0x400; // NLM_F_…
    private const int Alignment = 4, AttributeHeader = 4;
    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    public NetlinkMessage(int type, ushort flags)
    {
        Put(0); // the length, known at the end
        Put((ushort)type);
        Put((ushort)(flags | Request));
        Put(0); // the sequence number, the sender's
        Put(0);
    }

    /// <summary>Writes a part of the fixed header, in the machine's byte order.</summary>
    public NetlinkMessage Put<T>(T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(_bytes.GetSpan(Marshal.SizeOf<T>()), value);
        _bytes.Advance(Marshal.SizeOf<T>());
        return this;
    }

    public NetlinkMessage Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        Put((ushort)(AttributeHeader + value.Length)).Put(type);
        _bytes.Write(value);
        for (var rest = value.Length; rest % Alignment != 0; rest++) Put((byte)0);
        return this;
    }

    public NetlinkMessage Attribute(ushort type, int value) => Attribute(type, MemoryMarshal.AsBytes([value]));

    public NetlinkMessage Attribute(ushort type, string text) => Attribute(type, Encoding.UTF8.GetBytes(text + '\0'));

    /// <summary>An attribute that holds what <paramref name="content"/> writes.</summary>
    public NetlinkMessage Nest(ushort type, Action<NetlinkMessage> content)
    {
        var start = _bytes.WrittenCount;
        Put((ushort)0).Put(type);
        content(this);
        BinaryPrimitives.WriteUInt16LittleEndian(Written(start), (ushort)(_bytes.WrittenCount - start));
        return this;
    }

    /// <summary>The whole message.</summary>
    public byte[] Finish(int sequence)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Written(0), _bytes.WrittenCount);
        BinaryPrimitives.WriteInt32LittleEndian(Written(8), sequence);
        return _bytes.WrittenSpan.ToArray();
    }

    private Span<byte> Written(int start) => MemoryMarshal.AsMemory(_bytes.WrittenMemory)[start..].Span;
}
