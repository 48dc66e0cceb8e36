namespace Sandbox.Tracing;

/// <summary>How the system calls of a process are recorded.</summary>
public enum SeccompTraceMethod
{
    /// <summary>The best that works for the process; the trace says which.</summary>
    Auto,

    /// <summary>Its own filter tells of every call; for a process that was started with -Trace. Exact, with arguments, without privilege.</summary>
    Notify,

    /// <summary>The records that the kernel logs of it: of filters that log or kill. Needs CAP_AUDIT_READ, or CAP_SYSLOG.</summary>
    Log,

    /// <summary>
    /// eBPF counts them in the kernel, exactly, at next to no cost and without arguments: from the first instruction with
    /// Start-HardenedProcess -Trace, else from now on. Needs CAP_BPF and CAP_PERFMON.
    /// </summary>
    Ebpf,
}
