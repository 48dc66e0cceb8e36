using System.Runtime;

namespace Sandbox.Launch;

/// <summary>The entry point: <c>launcher PLAN_FD PLAN_SIZE</c>.</summary>
internal static unsafe class Program
{
    private const int BadUsage = 120, BadPlan = 121;

    [RuntimeExport("main")]
    private static int Main(long* stack)
    {
        if (stack[0] != 3) return BadUsage;
        long fd = Text.Number((byte*)stack[2]), size = Text.Number((byte*)stack[3]);
        if (fd < 0 || size < PlanFormat.HeaderSize) return BadUsage;
        long mapped = Kernel.Map((int)fd, size);
        if (mapped < 0 && mapped > -4096) return BadPlan;
        byte* plan = (byte*)mapped;
        Kernel.Close(fd);
        if (*(int*)(plan + PlanFormat.MagicAt) != PlanFormat.Magic || *(int*)(plan + PlanFormat.VersionAt) != PlanFormat.Version) return BadPlan;
        if (*(int*)(plan + PlanFormat.SizeAt) != size) return BadPlan;
        Interpreter.Relocate(plan);
        if (*(int*)(plan + PlanFormat.ModeAt) == PlanFormat.ModeJanitor) Janitor.Run(plan);
        else Interpreter.Run(plan);
        Kernel.Exit(PlanFormat.ExitFailed);
        return PlanFormat.ExitFailed;
    }
}
