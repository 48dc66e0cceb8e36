namespace Sandbox.Seccomp;

/// <summary>Flags of seccomp(2) SECCOMP_SET_MODE_FILTER that a policy can ask for (linux/seccomp.h).</summary>
[Flags]
public enum SeccompFilterFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>SECCOMP_FILTER_FLAG_TSYNC: the filter is for all threads.</summary>
    ThreadSync = 1,

    /// <summary>SECCOMP_FILTER_FLAG_LOG: log every action but Allow.</summary>
    Log = 2,

    /// <summary>SECCOMP_FILTER_FLAG_SPEC_ALLOW: leave the speculative store bypass mitigation off.</summary>
    SpeculationAllow = 4,

    /// <summary>SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: a notified call isn't interrupted by signals.</summary>
    WaitKillable = 32,
}
