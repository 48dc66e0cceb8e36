using System.Buffers.Binary;
using Sandbox.Native;

namespace Sandbox.Bpf;

/// <summary>
/// The type information (BTF) that the kernel wants of us: of a task storage a number of 32 bits as key and one of 64 as value, of a
/// program with several functions what kind each is.
/// </summary>
internal sealed unsafe class BpfTypes : IDisposable
{
    public const uint Int32 = 1, UInt64 = 2, Program = 4, Callback = 5;
    private const uint KindInt = 1, KindFunction = 12, KindPrototype = 13, Global = 1;
    private const int HeadSize = 24, TypesSize = 16 + 16 + 12 + 12 + 12;

    private BpfTypes(FileDescriptor descriptor) => Descriptor = descriptor;

    public FileDescriptor Descriptor { get; }

    public static BpfTypes Load()
    {
        // linux/btf.h: the header, the types, the names.
        ReadOnlySpan<byte> names = "\0int\0u64\0probe\0step\0"u8;
        Span<byte> data = stackalloc byte[HeadSize + TypesSize + names.Length];
        data.Clear();
        Write(data, 0x0001_EB9F, HeadSize, 0, TypesSize, TypesSize, (uint)names.Length);
        var types = data[HeadSize..];
        Write(types, 1, KindInt << 24, 4, (1 << 24) | 32); // signed
        Write(types[16..], 5, KindInt << 24, 8, 64);
        Write(types[32..], 0, KindPrototype << 24, Int32);
        Write(types[44..], 9, (KindFunction << 24) | Global, 3);
        Write(types[56..], 15, KindFunction << 24, 3); // static
        names.CopyTo(types[TypesSize..]);
        fixed (byte* at = data)
        {
            var attributes = new Attributes { Data = at, Size = (uint)data.Length };
            return new(new(BpfCommand.Require(BpfCommand.BtfLoad, &attributes, sizeof(Attributes), "BPF_BTF_LOAD")));
        }
    }

    public void Dispose() => Descriptor.Dispose();

    private static void Write(Span<byte> at, params ReadOnlySpan<uint> numbers)
    {
        for (var i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(at[(4 * i)..], numbers[i]);
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    private struct Attributes
    {
        public void* Data;
        public void* Log;
        public uint Size, LogSize, LogLevel, Padding;
    }
}
