namespace Sandbox;

/// <summary>One capability of this machine, as this process could use it when it was tried.</summary>
public sealed record SandboxFeature
{
    /// <summary>The stable name, in the kernel's terms: <c>user_namespace</c>, <c>landlock</c>, <c>cgroup_memory</c>, …</summary>
    public required string Name { get; init; }

    /// <summary>What it belongs to: Namespaces, Filesystem, Landlock, Seccomp, Process, Observation, Cgroup, Network.</summary>
    public required string Area { get; init; }

    /// <summary>Whether the trial did what it should.</summary>
    public required bool Supported { get; init; }

    /// <summary>The version of what answered, where it has one: an ABI, a cgroup layout, a program's version.</summary>
    public string? Version { get; init; }

    /// <summary>What was tried and what was seen.</summary>
    public required string Detail { get; init; }

    /// <summary>The errno of the call that failed, 0 where none did.</summary>
    public int Errno { get; init; }

    /// <summary>The name of <see cref="Errno"/>, such as <c>EPERM</c>.</summary>
    public string? ErrnoName { get; init; }

    /// <summary>What is lost on a machine without it.</summary>
    public required string Lost { get; init; }

    /// <summary>How to get it here, drawn from this machine's state; null where it is supported.</summary>
    public string? Remedy { get; init; }
}
