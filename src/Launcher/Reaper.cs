namespace Sandbox.Launch;

/// <summary>PID 1 of the sandbox, or its subreaper: outlives the target, reaps orphans, ends everything when the engine is gone.</summary>
internal static unsafe class Reaper
{
    private const int ExitedNoHangNoWait = 0x1000005; // WEXITED|WNOHANG|WNOWAIT
    private const int AllChildren = 0x40000000; // __WALL
    private const int LongestPause = 128; // milliseconds

    public static void Run(byte* plan, long target)
    {
        *(int*)(plan + PlanFormat.TargetPidAt) = (int)target;
        int control = *(int*)(plan + PlanFormat.ControlFdAt);
        // The target has the same uid: without this it could read this process through /proc/1.
        Kernel.Prctl(4, 0); // PR_SET_DUMPABLE
        Kernel.Prctl(36, 1); // PR_SET_CHILD_SUBREAPER; PID 1 of a namespace needs none
        if (*(int*)(plan + PlanFormat.ListenerStepAt) >= 0 && Listener.HandOver(plan, target) < 0) Abandon(plan, target);
        // Everything else would keep the target's pipes or the host's directories open for as long as the sandbox lives.
        if (control > 0) Kernel.CloseRange(0, control - 1);
        Kernel.CloseRange(control + 1, 0xFFFFFFFF);
        long signals = 1L << 16; // SIGCHLD
        long signalFd = Kernel.SignalFd(&signals);
        Supervise(plan, target, control, signalFd);
    }

    private static void Supervise(byte* plan, long target, int control, long signalFd)
    {
        byte* scratch = plan + *(int*)(plan + PlanFormat.ScratchAt);
        long* poll = stackalloc long[2];
        for (;;)
        {
            if (ReapUntil(plan, target)) EndWith(plan);
            poll[0] = (uint)control | (1L << 32); // POLLIN
            poll[1] = (uint)signalFd | (1L << 32);
            Kernel.Poll((byte*)poll, 2, null);
            if ((poll[1] >> 48) != 0) while (Kernel.Read(signalFd, scratch, 128) > 0) { }
            if ((poll[0] >> 48) == 0) continue;
            byte message = 0;
            long got = Kernel.Read(control, &message, 1);
            if (got <= 0 && got != -4 && got != -11) Abandon(plan, target); // EOF: the engine is gone (not EINTR, EAGAIN)
            if (message == PlanFormat.MessageKill) Kernel.Kill(target, 9);
        }
    }

    /// <summary>
    /// Reaps orphans; true once the target itself is reaped. The target stays a zombie until the engine has read back
    /// what is in force: its /proc entry is the evidence.
    /// </summary>
    private static bool ReapUntil(byte* plan, long target)
    {
        byte* info = stackalloc byte[128];
        for (;;)
        {
            *(int*)(info + 16) = 0; // si_pid stays 0 when there is nothing
            long waited = Kernel.WaitId(0, 0, info, ExitedNoHangNoWait | AllChildren); // P_ALL
            int pid = *(int*)(info + 16);
            if (waited < 0 || pid == 0) return false;
            if (pid != target)
            {
                Kernel.Wait4(pid, null, AllChildren, null);
                continue;
            }

            if (*(int*)(plan + PlanFormat.GateAt) < PlanFormat.GateVerified)
            {
                if (Gate.Await(plan, PlanFormat.GateVerified) == -32) Abandon(plan, target);
            }

            int status = 0;
            Kernel.Wait4(target, &status, AllChildren, plan + PlanFormat.UsageAt);
            *(int*)(plan + PlanFormat.WaitStatusAt) = status;
            *(int*)(plan + PlanFormat.StatusKnownAt) = 1;
            return true;
        }
    }

    private static void Abandon(byte* plan, long target)
    {
        Kernel.Kill(target, 9);
        EndWith(plan);
    }

    // In a pid namespace the kernel kills the rest when PID 1 ends; without one every child, and each orphan that falls to this
    // subreaper, is killed until none is left. Only this process can reap them, so no pid can be another's.
    private static void EndWith(byte* plan)
    {
        if (Kernel.GetPid() != 1) KillChildren(plan + *(int*)(plan + PlanFormat.ScratchAt));
        Kernel.Exit(0);
    }

    private static void KillChildren(byte* scratch)
    {
        byte* path = stackalloc byte[28];
        Text.ThreadSelfChildren(path);
        long pause = 1;
        for (;;)
        {
            long fd = Kernel.Open(-100, path, 0x80000); // O_CLOEXEC
            if (fd >= 0) KillListed(fd, scratch);
            bool any = false;
            long reaped;
            while ((reaped = Kernel.Wait4(-1, null, AllChildren | 1, null)) > 0) any = true; // WNOHANG
            if (reaped == -10) return; // ECHILD
            if (fd < 0) return; // no /proc: the engine kills by cgroup
            // One that the kernel holds back (a frozen one, one that waits for a disk) dies when it lets go, and what it has started falls to
            // this process then: it stays, however long that takes, and looks seldom.
            pause = any ? 1 : pause < LongestPause ? pause * 2 : pause;
            Kernel.Sleep(pause);
        }
    }

    // The list is longer than the buffer where there are many: a pid may be cut off by the end of one.
    private static void KillListed(long fd, byte* scratch)
    {
        long length, pid = 0;
        while ((length = Kernel.Read(fd, scratch, PlanFormat.ScratchSize)) > 0)
        {
            for (long i = 0; i < length; i++)
            {
                if (scratch[i] >= '0' && scratch[i] <= '9')
                {
                    pid = pid * 10 + scratch[i] - '0';
                    continue;
                }

                if (pid > 0) Kernel.Kill(pid, 9);
                pid = 0;
            }
        }

        Kernel.Close(fd);
    }
}
