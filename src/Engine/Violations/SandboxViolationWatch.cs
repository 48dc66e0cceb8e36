namespace Sandbox.Violations;

/// <summary>What is watched for violations.</summary>
public sealed record SandboxViolationWatch
{
    /// <summary>Processes of this module, each with all that it starts.</summary>
    public IReadOnlyList<HardenedProcess> Sandboxes { get; init; } = [];

    /// <summary>Any processes by their ids on the host, each with all that it starts.</summary>
    public IReadOnlyList<int> ProcessIds { get; init; } = [];

    /// <summary>A directory of the cgroup file system of version 2, or a path as /proc/pid/cgroup has it: its members and those of the cgroups below it.</summary>
    public string? CgroupPath { get; init; }

    /// <summary>Every process but this one.</summary>
    public bool All { get; init; }

    /// <summary>Only these errnos, of whatever call; empty for EPERM, EACCES and EROFS, and of calls of sockets ECONNREFUSED, ENETUNREACH and EHOSTUNREACH too.</summary>
    public IReadOnlyList<int> Errnos { get; init; } = [];

    /// <summary>Only these categories; empty for all.</summary>
    public IReadOnlyList<SandboxViolationCategory> Categories { get; init; } = [];

    /// <summary>The source.</summary>
    public SandboxViolationSource Source { get; init; }
}
