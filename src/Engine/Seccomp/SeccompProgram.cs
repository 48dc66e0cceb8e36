using System.Buffers.Binary;

namespace Sandbox.Seccomp;

/// <summary>A compiled filter. Immutable, and equal to another with the same instructions.</summary>
public sealed class SeccompProgram : IEquatable<SeccompProgram>
{
    private const int None = -1;

    /// <summary>Makes one from instructions.</summary>
    public SeccompProgram(IEnumerable<SockFilter> instructions, bool bigEndian = false)
    {
        Instructions = ValueList<SockFilter>.Of(instructions);
        IsBigEndian = bigEndian;
        if (Instructions.Count is 0 or > ClassicBpf.MaximumInstructions)
        {
            throw new SandboxException("SeccompProgram,TOO_LONG", SandboxErrorKind.InvalidArgument,
                $"A filter has 1 to {ClassicBpf.MaximumInstructions} instructions, this one has {Instructions.Count}.",
                "Use fewer conditions or fewer architectures, or split the policy into two filters.");
        }
    }

    /// <summary>The instructions.</summary>
    public IReadOnlyList<SockFilter> Instructions { get; }

    /// <summary>How many they are.</summary>
    public int Count => Instructions.Count;

    /// <summary>Whether it is for a big-endian machine, where the halves of an argument are swapped.</summary>
    public bool IsBigEndian { get; }

    /// <summary>The most instructions that one call can execute.</summary>
    public int LongestPath => Longest(_ => true);

    /// <summary>The most that a call can execute which is decided without a look at its arguments; 0 if there is no such call.</summary>
    public int LongestNamePath => Longest(offset => offset is ClassicBpf.NumberOffset or ClassicBpf.ArchitectureOffset);

    /// <summary>The bytes of an array of struct sock_filter for this machine.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Count * 8];
        for (int at = 0; at < Count; at++)
        {
            var span = bytes.AsSpan(at * 8, 8);
            var (code, jumpTrue, jumpFalse, k) = Instructions[at];
            if (IsBigEndian) BinaryPrimitives.WriteUInt16BigEndian(span, code);
            else BinaryPrimitives.WriteUInt16LittleEndian(span, code);
            (span[2], span[3]) = (jumpTrue, jumpFalse);
            if (IsBigEndian) BinaryPrimitives.WriteUInt32BigEndian(span[4..], k);
            else BinaryPrimitives.WriteUInt32LittleEndian(span[4..], k);
        }

        return bytes;
    }

    /// <summary>A program from the bytes of an array of struct sock_filter.</summary>
    public static SeccompProgram FromBytes(ReadOnlySpan<byte> bytes, bool bigEndian = false)
    {
        if (bytes.Length % 8 != 0)
        {
            throw new SandboxException("SeccompProgram,BAD_LENGTH", SandboxErrorKind.ParserError,
                $"A filter is a sequence of 8-byte instructions; {bytes.Length} bytes leave {bytes.Length % 8} over at offset {bytes.Length / 8 * 8}.");
        }

        var instructions = new SockFilter[bytes.Length / 8];
        for (int at = 0; at < instructions.Length; at++)
        {
            var span = bytes.Slice(at * 8, 8);
            instructions[at] = bigEndian
                ? new(BinaryPrimitives.ReadUInt16BigEndian(span), span[2], span[3], BinaryPrimitives.ReadUInt32BigEndian(span[4..]))
                : new(BinaryPrimitives.ReadUInt16LittleEndian(span), span[2], span[3], BinaryPrimitives.ReadUInt32LittleEndian(span[4..]));
        }

        return new(instructions, bigEndian);
    }

    // Ways on which a load isn't followed count nothing.
    private int Longest(Func<uint, bool> follows)
    {
        var longest = new int[Count + 1];
        for (int at = Count - 1; at >= 0; at--)
        {
            var instruction = Instructions[at];
            int rest = (instruction.Code & 7) switch
            {
                6 => 0,
                0 when instruction.Code == ClassicBpf.LoadWord && !follows(instruction.K) => None,
                5 when instruction.Code == ClassicBpf.JumpAlways => After(at + 1 + (long)instruction.K),
                5 => Math.Max(After(at + 1 + instruction.JumpTrue), After(at + 1 + instruction.JumpFalse)),
                _ => After(at + 1),
            };
            longest[at] = rest == None ? None : rest + 1;
        }

        return Math.Max(longest[0], 0);

        int After(long next) => next < Count ? longest[next] : 0;
    }

    /// <inheritdoc/>
    public bool Equals(SeccompProgram? other) => other is not null && IsBigEndian == other.IsBigEndian && Instructions.Equals(other.Instructions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SeccompProgram);

    /// <inheritdoc/>
    public override int GetHashCode() => Instructions.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"{Count} instructions, longest path {LongestPath}";
}
