using Sandbox.Seccomp;

namespace Sandbox.Violations;

/// <summary>What the kernel's side told of one failed call, with its arguments decoded.</summary>
internal sealed record ViolationFacts
{
    /// <summary>When, in nanoseconds of CLOCK_BOOTTIME.</summary>
    public required ulong BootTime { get; init; }

    public required SeccompArchitecture Architecture { get; init; }

    public required int SyscallNumber { get; init; }

    /// <summary>The call's table entry; null for a number without a name.</summary>
    public required SyscallEntry? Entry { get; init; }

    public required ulong[] Arguments { get; init; }

    public required IReadOnlyList<DecodedArgument> Decoded { get; init; }

    public required int Errno { get; init; }

    public required int Process { get; init; }

    public required int Thread { get; init; }

    public required int NamespaceProcess { get; init; }

    public required int NamespaceThread { get; init; }

    /// <summary>The parent, its parent, …</summary>
    public required int[] Ancestors { get; init; }

    /// <summary>On the host: the real, effective and file system ids (struct cred).</summary>
    public required uint User { get; init; }

    public required uint EffectiveUser { get; init; }

    public required uint FileUser { get; init; }

    public required uint FileGroup { get; init; }

    /// <summary>The effective capabilities, which count in <see cref="UserNamespace"/>.</summary>
    public required ulong Capabilities { get; init; }

    /// <summary>The inode numbers of its namespaces.</summary>
    public required uint UserNamespace { get; init; }

    public required uint MountNamespace { get; init; }

    public required ulong Cgroup { get; init; }

    /// <summary>How many seccomp filters it had.</summary>
    public required int Filters { get; init; }

    public required bool NoNewPrivileges { get; init; }

    public required string Comm { get; init; }

    public required string? Executable { get; init; }

    /// <summary>The first path argument from the caller's root; null where there is none or it couldn't be read.</summary>
    public required string? Path { get; init; }

    public required string? Destination { get; init; }

    public required bool PathCertain { get; init; }

    public required string? Address { get; init; }

    public required SandboxViolationCategory Category { get; init; }

    public required string Operation { get; init; }
}
