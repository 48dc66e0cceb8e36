namespace Sandbox.Launch;

/// <summary>
/// Outlives the engine's process to remove what only a process outside the sandboxes can: their cgroup directories. The plan's
/// data holds, at the steps' place, one path offset per step.
/// </summary>
internal static unsafe class Janitor
{
    public static void Run(byte* plan)
    {
        int control = *(int*)(plan + PlanFormat.ControlFdAt);
        byte end = 0;
        for (;;)
        {
            long got = Kernel.Read(control, &end, 1);
            if (got == 0 || (got < 0 && got != -4)) break;
        }

        int count = *(int*)(plan + PlanFormat.StepCountAt);
        for (int round = 0; round < 250; round++)
        {
            int left = 0;
            for (int i = 0; i < count; i++)
            {
                byte* step = plan + *(int*)(plan + PlanFormat.StepsAt) + PlanFormat.StepSize * i;
                if (!Remove(plan + *(long*)(step + PlanFormat.StepArgumentsAt), plan + *(int*)(plan + PlanFormat.ScratchAt))) left++;
            }

            if (left == 0) break;
            Kernel.Sleep(20); // EBUSY until the last process of the group is reaped
        }
    }

    /// <summary>Kills what is left in a cgroup directory and removes it with its direct children; true when it is gone.</summary>
    private static bool Remove(byte* path, byte* scratch)
    {
        long directory = Kernel.Open(-100, path, 0x80000); // O_CLOEXEC; O_DIRECTORY differs by architecture and getdents64 tells
        if (directory < 0) return directory == -2;
        byte* name = stackalloc byte[16];
        Text.CgroupKill(name);
        long kill = Kernel.Open(directory, name, 0x80001); // O_WRONLY|O_CLOEXEC
        if (kill >= 0)
        {
            byte one = (byte)'1';
            Kernel.Write(kill, &one, 1);
            Kernel.Close(kill);
        }

        long length;
        while ((length = Kernel.ReadDirectory(directory, scratch, PlanFormat.ScratchSize)) > 0)
        {
            for (long at = 0; at < length; at += *(ushort*)(scratch + at + 16))
            {
                byte* entry = scratch + at;
                if (entry[18] == 4 && entry[19] != '.') Kernel.RemoveDirectory(directory, entry + 19); // DT_DIR
            }
        }

        Kernel.Close(directory);
        long removed = Kernel.RemoveDirectory(-100, path);
        return removed == 0 || removed == -2;
    }
}
