using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Violations.Probes;

/// <summary>Runs at sched_process_exec: a program that was waited for begins.</summary>
internal static class ExecProbe
{
    public const string Tracepoint = "sched_process_exec";

    public static BpfAssembler Assemble() => new BpfAssembler()
        .Load(BpfSize.Double, R2, R1, 0) // the task
        .LoadMap(R1, ProbeMaps.Tasks).Move(R3, 0).Move(R4, 0).Call(BpfHelper.TaskStorageGet)
        .JumpIf(R0, BpfCondition.Equal, 0, "end")
        .Load(BpfSize.Double, R1, R0, 0)
        .JumpIf(R1, BpfCondition.NotEqual, ProbeMaps.Pending, "end")
        .Store(BpfSize.Double, R0, 0, ProbeMaps.Active)
        .Label("end").Move(R0, 0).Exit();
}
