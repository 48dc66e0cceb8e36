using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Violations.Probes;

/// <summary>Runs at sched_process_fork: who is followed hands that on to its new threads and processes, before they run.</summary>
internal static class ForkProbe
{
    public const string Tracepoint = "sched_process_fork";

    public static BpfAssembler Assemble()
    {
        var code = new BpfAssembler();
        code.Load(BpfSize.Double, R7, R1, 8) // the child
            .Load(BpfSize.Double, R2, R1, 0); // the parent
        code.LoadMap(R1, ProbeMaps.Tasks).Move(R3, 0).Move(R4, 0).Call(BpfHelper.TaskStorageGet)
            .JumpIf(R0, BpfCondition.Equal, 0, "end")
            .Load(BpfSize.Double, R6, R0, 0)
            .JumpIf(R6, BpfCondition.Equal, 0, "end");
        code.LoadMap(R1, ProbeMaps.Tasks).Move(R2, R7).Move(R3, 0).Move(R4, 1 /* BPF_LOCAL_STORAGE_GET_F_CREATE */).Call(BpfHelper.TaskStorageGet)
            .JumpIf(R0, BpfCondition.Equal, 0, "lost")
            .Store(BpfSize.Double, R0, 0, R6)
            .Jump("end");
        code.Label("lost").Count(ProbeCounter.Unfollowed);
        return code.Label("end").Move(R0, 0).Exit();
    }
}
