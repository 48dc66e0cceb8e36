namespace Sandbox.Seccomp;

/// <summary>The operations of classic BPF that seccomp programs use (linux/bpf_common.h) and the layout of struct seccomp_data.</summary>
public static class ClassicBpf
{
#pragma warning disable CS1591 // named as in the header
    public const ushort LoadWord = 0x20, LoadImmediate = 0x00, LoadMemory = 0x60, LoadLength = 0x80;
    public const ushort LoadIndexImmediate = 0x01, LoadIndexMemory = 0x61, LoadIndexLength = 0x81, Store = 0x02, StoreIndex = 0x03;
    public const ushort Return = 0x06, ReturnAccumulator = 0x16, TransferToIndex = 0x07, TransferFromIndex = 0x87;
    public const ushort JumpAlways = 0x05, JumpEqual = 0x15, JumpGreater = 0x25, JumpGreaterOrEqual = 0x35, JumpSet = 0x45;
    public const ushort And = 0x54, SourceIndex = 0x08, Negate = 0x84;
#pragma warning restore CS1591

    /// <summary>BPF_MAXINSNS: the longest program that the kernel takes.</summary>
    public const int MaximumInstructions = 4096;

    /// <summary>sizeof(struct seccomp_data).</summary>
    public const int DataSize = 64;

    /// <summary>offsetof(struct seccomp_data, nr).</summary>
    public const uint NumberOffset = 0;

    /// <summary>offsetof(struct seccomp_data, arch).</summary>
    public const uint ArchitectureOffset = 4;

    /// <summary>The offset of the low half of an argument.</summary>
    public static uint LowOffset(int index, bool bigEndian) => (uint)(16 + 8 * index + (bigEndian ? 4 : 0));

    /// <summary>The offset of the high half of an argument.</summary>
    public static uint HighOffset(int index, bool bigEndian) => (uint)(16 + 8 * index + (bigEndian ? 0 : 4));
}
