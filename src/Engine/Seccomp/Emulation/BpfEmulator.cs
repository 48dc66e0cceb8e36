namespace Sandbox.Seccomp;

/// <summary>
/// Runs classic BPF over struct seccomp_data, by the kernel's definition (Documentation/networking/filter.rst, kernel/seccomp.c,
/// net/core/filter.c); it knows nothing of the compiler.
/// </summary>
public static class BpfEmulator
{
    /// <summary>Runs a program that <see cref="BpfVerifier"/> takes.</summary>
    public static EmulationResult Run(SeccompProgram program, SeccompCall call)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(call);
        BpfVerifier.Check(program);
        return RunChecked(program, call);
    }

    internal static EmulationResult RunChecked(SeccompProgram program, SeccompCall call)
    {
        uint a = 0, x = 0; // the kernel clears both (bpf_convert_filter)
        Span<uint> memory = stackalloc uint[BpfVerifier.MemoryWords];
        int executed = 0;
        for (int at = 0; ; at++)
        {
            var (code, jumpTrue, jumpFalse, k) = program.Instructions[at];
            executed++;
            switch (code)
            {
                case ClassicBpf.LoadWord: a = call.Word(k); break;
                case ClassicBpf.LoadImmediate: a = k; break;
                case ClassicBpf.LoadIndexImmediate: x = k; break;
                case ClassicBpf.LoadLength: a = ClassicBpf.DataSize; break;
                case ClassicBpf.LoadIndexLength: x = ClassicBpf.DataSize; break;
                case ClassicBpf.LoadMemory: a = memory[(int)k]; break;
                case ClassicBpf.LoadIndexMemory: x = memory[(int)k]; break;
                case ClassicBpf.Store: memory[(int)k] = a; break;
                case ClassicBpf.StoreIndex: memory[(int)k] = x; break;
                case ClassicBpf.TransferToIndex: x = a; break;
                case ClassicBpf.TransferFromIndex: a = x; break;
                case ClassicBpf.Return: return new(k, executed);
                case ClassicBpf.ReturnAccumulator: return new(a, executed);
                case ClassicBpf.JumpAlways: at += (int)k; break;
                default:
                    uint operand = (code & ClassicBpf.SourceIndex) != 0 ? x : k;
                    if ((code & 7) == 5) at += Holds(code, a, operand) ? jumpTrue : jumpFalse;
                    else if ((code & 0xf0) == 0x30 && operand == 0) return new(0, executed); // division by X = 0 ends with 0
                    else a = Calculate(code, a, operand);
                    break;
            }
        }
    }

    internal static bool Holds(ushort code, uint a, uint operand) => (code & 0xf0) switch
    {
        0x10 => a == operand,
        0x20 => a > operand,
        0x30 => a >= operand,
        _ => (a & operand) != 0,
    };

    internal static uint Calculate(ushort code, uint a, uint operand) => (code & 0xf0) switch
    {
        0x00 => a + operand,
        0x10 => a - operand,
        0x20 => a * operand,
        0x30 => a / operand,
        0x40 => a | operand,
        0x50 => a & operand,
        0x60 => a << (int)(operand & 31),
        0x70 => a >> (int)(operand & 31),
        0x80 => 0 - a,
        _ => a ^ operand,
    };
}
