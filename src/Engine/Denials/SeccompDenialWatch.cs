namespace Sandbox.Denials;

/// <summary>What is watched for denials, and by which source. Without anything named, it is nothing: <see cref="All"/> asks for every process.</summary>
public sealed record SeccompDenialWatch
{
    /// <summary>A process of this module.</summary>
    public HardenedProcess? Process { get; init; }

    /// <summary>Any process by its id on the host, with its threads and descendants, its cgroup and its pid namespace where it has one of its own.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The members of a cgroup and of those below it: a path as /proc/pid/cgroup has it, or a directory of a cgroup file system.</summary>
    public string? CgroupPath { get; init; }

    /// <summary>The processes of a pid namespace, by its inode: the number in <c>pid:[4026531836]</c>.</summary>
    public ulong? PidNamespace { get; init; }

    /// <summary>Every process.</summary>
    public bool All { get; init; }

    /// <summary>The source.</summary>
    public SeccompDenialSource Source { get; init; }
}
