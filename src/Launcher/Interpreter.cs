namespace Sandbox.Launch;

/// <summary>Runs the steps of a plan in a process of one thread. Only pointers and primitives: there is no runtime here.</summary>
internal static unsafe class Interpreter
{
    /// <summary>Pointers inside the plan's data are offsets until the launcher knows where it is mapped.</summary>
    public static void Relocate(byte* plan)
    {
        int count = *(int*)(plan + PlanFormat.RelocationCountAt);
        int* at = (int*)(plan + *(int*)(plan + PlanFormat.RelocationsAt));
        for (int i = 0; i < count; i++) *(long*)(plan + at[i]) += (long)plan;
        *(int*)(plan + PlanFormat.RelocationCountAt) = 0;
    }

    /// <summary>Returns only when a fatal step failed or the steps ended without an exec.</summary>
    public static void Run(byte* plan)
    {
        int count = *(int*)(plan + PlanFormat.StepCountAt);
        int* results = (int*)(plan + *(int*)(plan + PlanFormat.ResultsAt));
        for (int i = 0; i < count; i++)
        {
            byte* step = plan + *(int*)(plan + PlanFormat.StepsAt) + PlanFormat.StepSize * i;
            int requires = *(int*)(step + PlanFormat.StepRequiresAt);
            if (requires >= 0 && results[requires] < 0)
            {
                results[i] = PlanFormat.Skipped;
                continue;
            }

            results[i] = PlanFormat.Started;
            long result = Execute(plan, step, results);
            ushort flags = *(ushort*)(step + PlanFormat.StepFlagsAt);
            if (result < 0 && -result == *(ushort*)(step + PlanFormat.StepTolerateAt)) result = 0;
            results[i] = (int)result;
            int store = *(int*)(step + PlanFormat.StepStoreAt);
            if (store != 0 && result >= 0) *(int*)(plan + store) = (int)result;
            if (result < 0 && (flags & PlanFormat.FlagFatal) != 0) return;
        }
    }

    private static long Execute(byte* plan, byte* step, int* results)
    {
        long* arguments = stackalloc long[6];
        long* source = (long*)(step + PlanFormat.StepArgumentsAt);
        uint kinds = *(uint*)(step + PlanFormat.StepKindsAt);
        for (int k = 0; k < 6; k++)
        {
            uint kind = (kinds >> (4 * k)) & 15;
            arguments[k] = kind == PlanFormat.KindPointer ? (long)plan + source[k] : kind == PlanFormat.KindResult ? results[source[k]] : source[k];
        }

        if ((*(ushort*)(step + PlanFormat.StepFlagsAt) & PlanFormat.FlagInject) != 0) return -source[0];
        long number = *(long*)(step + PlanFormat.StepNumberAt);
        if (number >= 0) return Kernel.Call(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
        if (number == PlanFormat.OperationInit) return BecomeInit(plan, arguments[0]);
        if (number == PlanFormat.OperationFork) return Fork(plan);
        if (number == PlanFormat.OperationGate) return Gate.Pass(plan, (byte)arguments[0], (int)arguments[1]);
        return -38; // ENOSYS
    }

    // CLONE_PARENT makes the new PID 1 a child of the engine's process, which can then wait for it; the launcher isn't needed any more.
    private static long BecomeInit(byte* plan, long flags)
    {
        // CLONE_PARENT|CLONE_PARENT_SETTID|SIGCHLD: the kernel writes the id before the child runs (kernel/fork.c). Written by us, it could
        // come after the child has told the engine that it is ready, and the engine would take the launcher for PID 1.
        long pid = Kernel.Clone(flags | 0x8000 | 0x100000 | 17, (int*)(plan + PlanFormat.InitPidAt));
        if (pid <= 0) return pid;
        Kernel.Exit(0);
        return 0;
    }

    // A target with a notification listener shares its descriptor table with the reaper until the exec: what seccomp(2) returns in one
    // is open in both, so nothing is handed over and nobody waits.
    private static long Fork(byte* plan)
    {
        long shared = *(int*)(plan + PlanFormat.ListenerStepAt) >= 0 ? 0x400 : 0; // CLONE_FILES
        long pid = Kernel.Clone(shared | 17); // SIGCHLD
        if (pid > 0) Reaper.Run(plan, pid);
        return pid;
    }
}
