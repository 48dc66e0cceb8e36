namespace Sandbox.Denials;

/// <summary>What a scope watches, as it was when the watch began.</summary>
internal sealed record ScopeTarget
{
    /// <summary>The process.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Its start: another process of the same pid isn't it.</summary>
    public long StartTicks { get; init; }

    /// <summary>The groups whose members belong.</summary>
    public IReadOnlyList<ScopeGroup> Groups { get; init; } = [];

    /// <summary>The pid namespace whose processes belong.</summary>
    public ulong? PidNamespace { get; init; }

    public bool All { get; init; }

    /// <summary>In words, for a session's details.</summary>
    public required string Description { get; init; }

    /// <summary>The initial pid namespace's inode (include/linux/proc_ns.h, PROC_PID_INIT_INO).</summary>
    public const ulong InitialPidNamespace = 0xEFFF_FFFC;

    /// <summary>Resolves what a watch names.</summary>
    public static ScopeTarget Of(SeccompDenialWatch watch, ProcTree proc)
    {
        if (watch.All) return new() { All = true, Description = "every process" };
        if ((watch.Process?.Id ?? watch.ProcessId) is { } pid) return OfProcess(pid, proc);
        if (watch.CgroupPath is { } path) return OfCgroup(path, proc);
        if (watch.PidNamespace is { } inode) return OfPidNamespace(inode, proc);
        throw new SandboxException("WatchSeccompDenial,NOTHING_NAMED", SandboxErrorKind.InvalidArgument, "Nothing is named that could be watched for denials.", "Name a process, a cgroup or a pid namespace, or ask for all processes.");
    }

    // A namespace or a group that the whole machine, or this process, is in isn't the target's: it would match everything.
    private static ScopeTarget OfProcess(int pid, ProcTree proc)
    {
        if (proc.Stat(pid) is not { IsAlive: true } stat)
            throw new SandboxException("WatchSeccompDenial,NO_PROCESS", SandboxErrorKind.ObjectNotFound, $"There is no process {pid}.", "Watch a process while it runs; what a finished run recorded is in its Denials.");
        var space = proc.PidNamespace(pid);
        if (space == InitialPidNamespace || space == proc.OwnPidNamespace()) space = null;
        var groups = proc.Cgroups(pid) is { } lines && proc.Own("cgroup") is { } ours && proc.Own("mountinfo") is { } mounts ? ScopeGroup.OwnOf(lines, ours, mounts) : [];
        return new() { ProcessId = pid, StartTicks = stat.StartTicks, Groups = groups, PidNamespace = space, Description = Describe(pid, groups, space) };
    }

    private static string Describe(int pid, IReadOnlyList<ScopeGroup> groups, ulong? space) =>
        $"process {pid} and its descendants" + string.Concat(groups.Select(g => $", the cgroup {g.Path} ({(g.Key.Length == 0 ? "v2" : g.Key)})")) + (space is null ? "" : $", the pid namespace {space}");

    private static ScopeTarget OfCgroup(string path, ProcTree proc)
    {
        var groups = proc.Own("cgroup") is { } ours && proc.Own("mountinfo") is { } mounts ? ScopeGroup.Resolve(path, ours, mounts) : [];
        return groups.Count > 0 ? new() { Groups = groups, Description = $"the cgroup {groups[0].Path} and those below it" }
            : throw new SandboxException("WatchSeccompDenial,NO_CGROUP", SandboxErrorKind.ObjectNotFound, $"There is no cgroup '{path}'.", "Name a path as /proc/PID/cgroup has it, or a directory of a mounted cgroup file system.");
    }

    private static ScopeTarget OfPidNamespace(ulong inode, ProcTree proc) =>
        proc.Processes().Any(p => proc.PidNamespace(p) == inode) ? new() { PidNamespace = inode, Description = $"the pid namespace {inode}" }
        : throw new SandboxException("WatchSeccompDenial,NO_PID_NAMESPACE", SandboxErrorKind.ObjectNotFound, $"No process that this user may look at is in the pid namespace {inode}.", "Give the number of the link /proc/PID/ns/pid of a process that runs; other users' links are shown to root only.");
}
