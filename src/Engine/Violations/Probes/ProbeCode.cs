using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Violations.Probes;

/// <summary>Pieces that the probes have in common. Each loses R0 to R5, and the frame below <see cref="Temporary"/>.</summary>
internal static class ProbeCode
{
    /// <summary>The part of the frame, from here 16 bytes up, that the pieces use.</summary>
    public const int Temporary = -16;

    /// <summary>Counts one.</summary>
    public static BpfAssembler Count(this BpfAssembler code, ProbeCounter counter)
    {
        var end = code.NewLabel("counted");
        return code.Store(BpfSize.Word, Frame, Temporary, (int)counter)
            .LoadMap(R1, ProbeMaps.Counters).Move(R2, Frame).Compute(BpfOperation.Add, R2, Temporary).Call(BpfHelper.MapLookup)
            .JumpIf(R0, BpfCondition.Equal, 0, end)
            .Move(R1, 1).AtomicAdd(R0, 0, R1)
            .Label(end);
    }

    /// <summary>Reads a field of a struct of the kernel's; 0 where that fails.</summary>
    public static BpfAssembler Read(this BpfAssembler code, BpfRegister to, BpfRegister from, int offset, BpfSize size = BpfSize.Double) => code
        .Move(R3, from).Compute(BpfOperation.Add, R3, offset)
        .Move(R1, Frame).Compute(BpfOperation.Add, R1, Temporary)
        .Move(R2, Bytes(size)).Call(BpfHelper.ProbeReadKernel)
        .Load(size, to, Frame, Temporary);

    /// <summary>Copies a field of a struct of the kernel's to memory.</summary>
    public static BpfAssembler Copy(this BpfAssembler code, BpfRegister to, int at, BpfRegister from, int offset, int size) => code
        .Move(R3, from).Compute(BpfOperation.Add, R3, offset)
        .Move(R1, to).Compute(BpfOperation.Add, R1, at)
        .Move(R2, size).Call(BpfHelper.ProbeReadKernel);

    public static int Bytes(BpfSize size) => size switch { BpfSize.Byte => 1, BpfSize.Half => 2, BpfSize.Word => 4, _ => 8 };
}
