using System.Buffers.Binary;
using Sandbox.Native;

namespace Sandbox.Bpf;

/// <summary>The type information (BTF) that a task storage must have: a number of 32 bits as key, one of 64 as value.</summary>
internal sealed unsafe class BpfTypes : IDisposable
{
    public const uint Int32 = 1, UInt64 = 2;

    private BpfTypes(FileDescriptor descriptor) => Descriptor = descriptor;

    public FileDescriptor Descriptor { get; }

    public static BpfTypes Load()
    {
        // linux/btf.h: the header, two BTF_KIND_INT, the names.
        ReadOnlySpan<byte> names = "\0int\0u64\0"u8;
        Span<byte> data = stackalloc byte[24 + 32 + 9];
        data.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(data, 0xEB9F);
        data[2] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(data[4..], 24);
        BinaryPrimitives.WriteUInt32LittleEndian(data[12..], 32);
        BinaryPrimitives.WriteUInt32LittleEndian(data[16..], 32);
        BinaryPrimitives.WriteUInt32LittleEndian(data[20..], (uint)names.Length);
        WriteInt(data[24..], name: 1, size: 4, encoding: 1);
        WriteInt(data[40..], name: 5, size: 8, encoding: 0);
        names.CopyTo(data[56..]);
        fixed (byte* at = data)
        {
            var attributes = new Attributes { Data = at, Size = (uint)data.Length };
            return new(new(BpfCommand.Require(BpfCommand.BtfLoad, &attributes, sizeof(Attributes), "BPF_BTF_LOAD")));
        }
    }

    public void Dispose() => Descriptor.Dispose();

    private static void WriteInt(Span<byte> at, uint name, uint size, uint encoding)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, name);
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], 1u << 24);
        BinaryPrimitives.WriteUInt32LittleEndian(at[8..], size);
        BinaryPrimitives.WriteUInt32LittleEndian(at[12..], (encoding << 24) | (size * 8));
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    private struct Attributes
    {
        public void* Data;
        public void* Log;
        public uint Size, LogSize, LogLevel, Padding;
    }
}
