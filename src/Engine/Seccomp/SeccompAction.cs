namespace Sandbox.Seccomp;

/// <summary>What the kernel does with a call (seccomp(2)), from the mildest to the harshest.</summary>
public enum SeccompAction
{
    /// <summary>SECCOMP_RET_ALLOW.</summary>
    Allow,

    /// <summary>SECCOMP_RET_LOG: allowed, and logged where actions_logged has it.</summary>
    Log,

    /// <summary>SECCOMP_RET_TRACE: a tracer decides; without one the call is ENOSYS.</summary>
    Trace,

    /// <summary>SECCOMP_RET_USER_NOTIF: a supervisor decides.</summary>
    Notify,

    /// <summary>SECCOMP_RET_ERRNO: the call fails.</summary>
    Errno,

    /// <summary>SECCOMP_RET_TRAP: SIGSYS.</summary>
    Trap,

    /// <summary>SECCOMP_RET_KILL_THREAD.</summary>
    KillThread,

    /// <summary>SECCOMP_RET_KILL_PROCESS.</summary>
    KillProcess,
}
