using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Violations.Probes;

/// <summary>
/// Runs at sys_enter, for every call of every process while it is attached, and counts those of who is followed. What a filter refuses
/// doesn't come this far (kernel/entry/common.c, syscall_trace_enter): that is counted where it is answered.
/// </summary>
internal sealed class EnterProbe
{
    public const string Tracepoint = "sys_enter", ExecTracepoint = "sched_process_exec";
    private readonly BpfAssembler _code = new();
    private readonly KernelLayout _kernel = KernelLayout.Current;

    private EnterProbe()
    {
    }

    public static BpfAssembler Assemble() => new EnterProbe().Enter();

    /// <summary>The one at sched_process_exec: a program that was waited for begins, and the call that began it is its first.</summary>
    public static BpfAssembler AssembleExec() => new EnterProbe().Exec();

    private BpfAssembler Enter()
    {
        _code.Load(BpfSize.Double, R7, R1, 8)
            .Call(BpfHelper.GetCurrentTaskBtf).Move(R6, R0)
            .LoadMap(R1, ProbeMaps.Tasks).Move(R2, R6).Move(R3, 0).Move(R4, 0).Call(BpfHelper.TaskStorageGet)
            .JumpIf(R0, BpfCondition.Equal, 0, "end")
            .Load(BpfSize.Word, R1, R0, 0)
            .JumpIf(R1, BpfCondition.Equal, ProbeMaps.Active, "count")
            .JumpIf(R1, BpfCondition.NotEqual, ProbeMaps.Pending, "end")
            .Store(BpfSize.Word, R0, 4, R7)
            .Jump("end")
            .Label("count")
            .Load(_kernel.IsArm64 ? BpfSize.Double : BpfSize.Word, R8, R6, _kernel.Compat)
            .Compute(BpfOperation.And, R8, _kernel.CompatMask)
            .JumpIf(R8, BpfCondition.Equal, 0, "native").Move(R8, ProbeMaps.CallSlots)
            .Label("native");
        Count();
        return _code;
    }

    private BpfAssembler Exec()
    {
        _code.Load(BpfSize.Double, R6, R1, 0)
            .LoadMap(R1, ProbeMaps.Tasks).Move(R2, R6).Move(R3, 0).Move(R4, 0).Call(BpfHelper.TaskStorageGet)
            .JumpIf(R0, BpfCondition.Equal, 0, "end")
            .Load(BpfSize.Word, R1, R0, 0)
            .JumpIf(R1, BpfCondition.NotEqual, ProbeMaps.Pending, "end")
            .Load(BpfSize.Word, R7, R0, 4)
            .Store(BpfSize.Double, R0, 0, ProbeMaps.Active)
            .Move(R8, 0); // who waits is our launcher, of the native kind, whatever the program is
        Count();
        return _code;
    }

    // The call with the number in R7; R8 is where the slots of its kind begin.
    private void Count()
    {
        _code.Move32(R7, R7)
            .JumpIf(R7, BpfCondition.GreaterOrEqual, ProbeMaps.CallSlots, "rare")
            .Move(R1, R7).Compute(BpfOperation.Add, R1, R8)
            .Store(BpfSize.Word, Frame, ProbeCode.Temporary, R1)
            .LoadMap(R1, ProbeMaps.Counts).Move(R2, Frame).Compute(BpfOperation.Add, R2, ProbeCode.Temporary).Call(BpfHelper.MapLookup)
            .JumpIf(R0, BpfCondition.Equal, 0, "end")
            .Move(R1, 1).AtomicAdd(R0, 0, R1)
            .Jump("end")
            .Label("rare")
            .Compute(BpfOperation.ShiftLeft, R8, 32).Compute(BpfOperation.Or, R8, R7)
            .Store(BpfSize.Double, Frame, ProbeCode.Temporary, R8)
            .LoadMap(R1, ProbeMaps.RareCounts).Move(R2, Frame).Compute(BpfOperation.Add, R2, ProbeCode.Temporary).Call(BpfHelper.MapLookup)
            .JumpIf(R0, BpfCondition.NotEqual, 0, "known")
            .Store(BpfSize.Double, Frame, ProbeCode.Temporary + 8, 0)
            .LoadMap(R1, ProbeMaps.RareCounts).Move(R2, Frame).Compute(BpfOperation.Add, R2, ProbeCode.Temporary)
            .Move(R3, Frame).Compute(BpfOperation.Add, R3, ProbeCode.Temporary + 8).Move(R4, 1 /* BPF_NOEXIST: another processor may have been first */).Call(BpfHelper.MapUpdate)
            .LoadMap(R1, ProbeMaps.RareCounts).Move(R2, Frame).Compute(BpfOperation.Add, R2, ProbeCode.Temporary).Call(BpfHelper.MapLookup)
            .JumpIf(R0, BpfCondition.Equal, 0, "uncounted")
            .Label("known")
            .Move(R1, 1).AtomicAdd(R0, 0, R1)
            .Jump("end")
            .Label("uncounted").Count(ProbeCounter.Uncounted)
            .Label("end").Move(R0, 0).Exit();
    }
}
