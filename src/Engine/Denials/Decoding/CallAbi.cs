using System.Buffers.Binary;
using Sandbox.Seccomp;

namespace Sandbox.Denials.Decoding;

/// <summary>How programs of an architecture lay out what they pass: the width of pointers, the order of bytes.</summary>
internal sealed class CallAbi
{
    private static readonly CallAbi[] All = [.. Enum.GetValues<SeccompArchitecture>().Select(a => new CallAbi(a))];

    private CallAbi(SeccompArchitecture architecture)
    {
        Architecture = architecture;
        PointerSize = architecture is SeccompArchitecture.X86 or SeccompArchitecture.Arm or SeccompArchitecture.X32 ? 4 : 8;
        // x32 has 64-bit registers: only its structs are those of a 32-bit program.
        RegisterMask = architecture is SeccompArchitecture.X86 or SeccompArchitecture.Arm ? uint.MaxValue : ulong.MaxValue;
        IsBigEndian = architecture == SeccompArchitecture.S390X;
    }

    public SeccompArchitecture Architecture { get; }

    /// <summary>Bytes of a pointer, a long and a size_t in a struct.</summary>
    public int PointerSize { get; }

    /// <summary>The bits of an argument that the program could set.</summary>
    public ulong RegisterMask { get; }

    public bool IsBigEndian { get; }

    public static CallAbi For(SeccompArchitecture architecture) => All[(int)architecture];

    /// <summary>A number of 1, 2, 4 or 8 bytes.</summary>
    public ulong Number(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => bytes[0],
        2 => IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        4 => IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        _ => IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes),
    };

    /// <summary>A pointer or a long at a place.</summary>
    public ulong Word(ReadOnlySpan<byte> bytes, int offset) => Number(bytes.Slice(offset, PointerSize));
}
