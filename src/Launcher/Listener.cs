namespace Sandbox.Launch;

/// <summary>
/// Takes the seccomp notification listener out of the target, between the installation of the filter and the exec, and sends it to
/// the engine. The target makes no call for it: its filter may refuse any.
/// </summary>
internal static unsafe class Listener
{
    public static void HandOver(byte* plan, long target)
    {
        int* taken = (int*)(plan + PlanFormat.ListenerTakenAt);
        long result = Take(plan, target);
        *taken = result < 0 ? (int)result : 1;
    }

    private static long Take(byte* plan, long target)
    {
        int step = *(int*)(plan + PlanFormat.ListenerStepAt);
        int* result = (int*)(plan + *(int*)(plan + PlanFormat.ResultsAt)) + step;
        byte* info = stackalloc byte[128];
        long opened = Gate.Await(plan, PlanFormat.GateRun);
        if (opened < 0) return opened;
        while (*result == PlanFormat.NotReached || *result == PlanFormat.Started)
        {
            *(int*)(info + 16) = 0;
            Kernel.WaitId(1, target, info, 0x1000005); // P_PID, WEXITED|WNOHANG|WNOWAIT
            if (*(int*)(info + 16) != 0) return -3; // ESRCH: it ended before
            Kernel.Yield();
        }

        if (*result < 0) return *result;
        long pidfd = Kernel.PidFdOpen(target);
        if (pidfd < 0) return pidfd;
        long fd = Kernel.PidFdGetFd(pidfd, *result);
        Kernel.Close(pidfd);
        if (fd < 0) return fd;
        long sent = Send(*(int*)(plan + PlanFormat.ControlFdAt), (int)fd);
        Kernel.Close(fd);
        return sent;
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
