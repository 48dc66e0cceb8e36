namespace Sandbox.Seccomp;

/// <summary>Whether the kernel takes a program as a seccomp filter: bpf_check_classic of net/core/filter.c and seccomp_check_filter of kernel/seccomp.c.</summary>
public static class BpfVerifier
{
    /// <summary>BPF_MEMWORDS.</summary>
    internal const int MemoryWords = 16;

    /// <summary>Throws with the instruction and the reason.</summary>
    public static void Check(SeccompProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        for (int at = 0; at < program.Count; at++)
        {
            if (Fault(program, at) is { } fault) throw Error(at, fault);
        }

        if (program.Instructions[^1].Code is not (ClassicBpf.Return or ClassicBpf.ReturnAccumulator)) throw Error(program.Count - 1, "the last instruction must be a return");
        CheckMemory(program);
    }

    private static string? Fault(SeccompProgram program, int at)
    {
        var (code, jumpTrue, jumpFalse, k) = program.Instructions[at];
        long left = program.Count - at - 1;
        return code switch
        {
            ClassicBpf.LoadWord when k >= ClassicBpf.DataSize || k % 4 != 0 => $"offset {k} is no word of struct seccomp_data",
            ClassicBpf.LoadWord or ClassicBpf.LoadLength or ClassicBpf.LoadIndexLength or ClassicBpf.Return or ClassicBpf.ReturnAccumulator
                or ClassicBpf.LoadImmediate or ClassicBpf.LoadIndexImmediate or ClassicBpf.TransferToIndex or ClassicBpf.TransferFromIndex => null,
            ClassicBpf.LoadMemory or ClassicBpf.LoadIndexMemory or ClassicBpf.Store or ClassicBpf.StoreIndex =>
                k >= MemoryWords ? $"there is no memory word {k}" : null,
            ClassicBpf.JumpAlways => k >= left ? "the jump leads past the end" : null,
            _ when (code & 7) == 5 && (code & 0xf0) is 0x10 or 0x20 or 0x30 or 0x40 && (code & 0xff07) == 5 =>
                jumpTrue >= left || jumpFalse >= left ? "the jump leads past the end" : null,
            _ when (code & 0xff07) == 4 => Arithmetic(code, k),
            _ => $"seccomp has no operation 0x{code:x4}",
        };
    }

    private static string? Arithmetic(ushort code, uint k) => (code & 0xf8) switch
    {
        0x30 when k == 0 => "division by zero",
        0x60 or 0x70 when k >= 32 => $"shift by {k}",
        0x80 or 0x00 or 0x10 or 0x20 or 0x30 or 0x40 or 0x50 or 0x60 or 0x70 or 0xa0 => null, // NEG; ADD … RSH, XOR by K
        0x08 or 0x18 or 0x28 or 0x38 or 0x48 or 0x58 or 0x68 or 0x78 or 0xa8 => null, // the same by X
        _ => $"seccomp has no operation 0x{code:x4}",
    };

    // check_load_and_stores: a memory word must have been stored on every way to its load.
    private static void CheckMemory(SeccompProgram program)
    {
        var stored = new int[program.Count];
        Array.Fill(stored, 0xffff);
        stored[0] = 0;
        int now = 0;
        for (int at = 0; at < program.Count; at++)
        {
            var (code, jumpTrue, jumpFalse, k) = program.Instructions[at];
            now &= stored[at];
            if (at == 0) now = 0;
            switch (code)
            {
                case ClassicBpf.Store or ClassicBpf.StoreIndex:
                    now |= 1 << (int)k;
                    break;
                case ClassicBpf.LoadMemory or ClassicBpf.LoadIndexMemory when (now & (1 << (int)k)) == 0:
                    throw Error(at, $"memory word {k} may not have been stored");
                case ClassicBpf.JumpAlways:
                    stored[at + 1 + (int)k] &= now;
                    now = 0xffff;
                    break;
                case var jump when (jump & 7) == 5:
                    stored[at + 1 + jumpTrue] &= now;
                    stored[at + 1 + jumpFalse] &= now;
                    now = 0xffff;
                    break;
                default:
                    break;
            }
        }
    }

    private static SandboxException Error(int at, string reason) =>
        new("SeccompProgram,INVALID", SandboxErrorKind.InvalidArgument, $"Instruction {at}: {reason}; the kernel refuses such a filter (EINVAL).");
}
