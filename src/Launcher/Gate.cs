namespace Sandbox.Launch;

/// <summary>Where the sandbox waits for the engine. The end of the control socket means that the engine is gone: nothing may run then.</summary>
internal static unsafe class Gate
{
    /// <summary>Tells the engine and waits; an error where the engine refuses or is gone.</summary>
    public static long Pass(byte* plan, byte message, int value)
    {
        int control = *(int*)(plan + PlanFormat.ControlFdAt);
        long sent = Kernel.Write(control, &message, 1);
        return sent < 0 ? sent : Await(plan, value);
    }

    /// <summary>Waits for the gate word; -ECANCELED where the engine refuses, -EPIPE where it is gone.</summary>
    public static long Await(byte* plan, int value)
    {
        long result;
        do result = AwaitOnce(plan, value, 20000000); // bounds how long an engine's death goes unseen
        while (result > 0);
        return result;
    }

    /// <summary>Waits once, at the most so many nanoseconds: 0 when the gate has the value, 1 when it hasn't yet, else as above.</summary>
    public static long AwaitOnce(byte* plan, int value, long nanoseconds)
    {
        int* gate = (int*)(plan + PlanFormat.GateAt);
        int now = *gate;
        if (now >= PlanFormat.GateAbort) return -125;
        if (now >= value) return 0;
        long* timeout = stackalloc long[2];
        timeout[0] = 0;
        timeout[1] = nanoseconds;
        Kernel.FutexWait(gate, now, timeout);
        return HungUp(*(int*)(plan + PlanFormat.ControlFdAt)) ? -32 : 1;
    }

    /// <summary>Whether the engine's end of the control socket is closed.</summary>
    public static bool HungUp(int control)
    {
        long* none = stackalloc long[2];
        none[0] = 0;
        none[1] = 0;
        long poll = (uint)control; // struct pollfd with events 0: POLLHUP is always reported
        Kernel.Poll((byte*)&poll, 1, none);
        return ((poll >> 48) & 0x10) != 0;
    }
}
