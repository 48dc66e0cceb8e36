namespace Sandbox;

/// <summary>Where violations are taken from.</summary>
public enum SandboxViolationSource
{
    /// <summary>eBPF where the caller may use it, else, for processes of this module, notification.</summary>
    Auto,

    /// <summary>Programs of ours in the kernel: every failed call, whoever refused it. Needs CAP_BPF and CAP_PERFMON.</summary>
    Ebpf,

    /// <summary>The listener of a sandbox's own filter: without privilege, and only what that filter refuses.</summary>
    Notify,
}
