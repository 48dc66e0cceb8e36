namespace Sandbox.Launch;

/// <summary>
/// Sends the seccomp notification listener to the engine. The target makes no call for it, since its filter may refuse any: until the
/// exec both have one descriptor table (CLONE_FILES), in which the listener is open as soon as the filter is in force. execve(2) gives
/// the target a table of its own and closes the listener there; this process keeps it.
/// </summary>
internal static unsafe class Listener
{
    private const int ShortRounds = 10000;

    /// <summary>An error where a filter is in force and nobody will answer for it: the target must not go on.</summary>
    public static long HandOver(byte* plan, long target)
    {
        long listener = Await(plan, target);
        long sent = listener < 0 ? 0 : Send(*(int*)(plan + PlanFormat.ControlFdAt), (int)listener);
        // From here on what this process closes stays open in the target.
        long own = Kernel.Unshare(0x400); // CLONE_FILES
        return sent < 0 ? sent : own;
    }

    // The number of the listener; negative where there is none, because the launch ends before it or the filter was not installed.
    private static long Await(byte* plan, long target)
    {
        int step = *(int*)(plan + PlanFormat.ListenerStepAt);
        int* result = (int*)(plan + *(int*)(plan + PlanFormat.ResultsAt)) + step;
        // A target that fails before its filter ends here too: while this process shares its descriptors, the engine can't see that
        // nobody else holds them any more.
        while (*(int*)(plan + PlanFormat.GateAt) < PlanFormat.GateRun)
        {
            if (HasEnded(target)) break;
            long opened = Gate.AwaitOnce(plan, PlanFormat.GateRun, 2000000);
            if (opened < 0) return opened;
        }

        for (long round = 0; *result == PlanFormat.NotReached || *result == PlanFormat.Started; round++)
        {
            if (HasEnded(target)) break;
            // It takes less than a millisecond, unless the kernel holds the target back, as in a frozen group: nobody spins for that.
            if (round < ShortRounds)
            {
                Kernel.Yield();
                continue;
            }

            if (Gate.HungUp(*(int*)(plan + PlanFormat.ControlFdAt))) break;
            Kernel.Sleep(5);
        }

        // Read after the end was seen: a short program can install its filter, run and end between one look at the result and that.
        // A step that was never reached has a negative result too.
        return *result;
    }

    private static bool HasEnded(long target)
    {
        byte* info = stackalloc byte[128];
        *(int*)(info + 16) = 0; // si_pid stays 0 when there is nothing
        Kernel.WaitId(1, target, info, 0x1000005); // P_PID, WEXITED|WNOHANG|WNOWAIT
        return *(int*)(info + 16) != 0;
    }

    // struct msghdr with one SCM_RIGHTS control message, see cmsg(3).
    private static long Send(int control, int fd)
    {
        byte text = PlanFormat.MessageListener;
        long* vector = stackalloc long[2];
        vector[0] = (long)&text;
        vector[1] = 1;
        long* rights = stackalloc long[3];
        rights[0] = 20; // cmsg_len
        rights[1] = 1 | (1L << 32); // SOL_SOCKET, SCM_RIGHTS
        rights[2] = (uint)fd;
        long* message = stackalloc long[7];
        message[0] = 0;
        message[1] = 0;
        message[2] = (long)vector;
        message[3] = 1;
        message[4] = (long)rights;
        message[5] = 24;
        message[6] = 0;
        return Kernel.SendMessage(control, (byte*)message);
    }
}
