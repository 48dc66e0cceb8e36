using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Launch;

namespace Sandbox.Runtime;

/// <summary>The limits of a run that a cgroup enforces: made before the launch, joined at its gate, removed after its end.</summary>
internal sealed class RunLimits
{
    private readonly RunCgroup? _cgroup;
    private readonly IReadOnlyList<HardeningOutcome> _rows;

    private RunLimits(RunCgroup? cgroup, IReadOnlyList<HardeningOutcome> rows, HardeningProfile profile)
    {
        _cgroup = cgroup;
        _rows = rows;
        Profile = profile;
    }

    /// <summary>The profile, with resource limits in the place of what no cgroup could do.</summary>
    public HardeningProfile Profile { get; }

    /// <summary>How many processes the kernel killed for lack of memory.</summary>
    public long OomKills => _cgroup?.OomKills ?? 0;

    /// <summary>The peak of the tree's memory in bytes.</summary>
    public long? PeakMemory => _cgroup?.PeakMemory;

    /// <summary>No cgroup: a profile that asks for none, or a plan that was prepared by hand.</summary>
    public static RunLimits None(HardeningProfile profile) => new(null, [], profile);

    /// <summary>
    /// Makes the group where the profile asks for one. Otherwise none is made: joining a group stops every fork of the machine for
    /// some milliseconds (cgroup_threadgroup_rwsem), and a pid namespace ends its tree without one.
    /// </summary>
    public static RunLimits Create(HardeningProfile profile)
    {
        if (profile.MemoryLimit is null && profile.ProcessLimit is null && profile.CpuShare is null) return None(profile);
        var layout = CgroupLayout.Detect();
        // Before the first directory is made: whatever happens to us, somebody removes it.
        JanitorProcess.Cover([.. layout.Hierarchies.Select(h => $"{h.Directory}/{CgroupSession.Host.Name}")]);
        var cgroup = RunCgroup.TryCreate(layout, profile.MemoryLimit, profile.ProcessLimit, profile.CpuShare, out var rows);
        return new(cgroup, [.. rows.Select(r => Substituted(profile, r))], Substitute(profile, rows));
    }

    /// <summary>Puts the target into the group; the rows are Applied where the kernel says that it is there.</summary>
    public IEnumerable<HardeningOutcome> Apply(int targetPid)
    {
        if (_cgroup is null) return _rows;
        _cgroup.AddProcess(targetPid);
        if (_cgroup.Contains(targetPid)) return _rows;
        return _rows.Select(r => r.Status != OutcomeStatus.Applied ? r : r with { Status = OutcomeStatus.Failed, Detail = "the target is not in the group that it was moved to", Remedy = "Another program moves processes between cgroups; keep it from this one." });
    }

    /// <summary>Kills what is in the group; nothing where there is none.</summary>
    public void Kill() => _cgroup?.Kill();

    /// <summary>Removes the group. What can't be removed yet is left to the janitor.</summary>
    public void Remove() => _cgroup?.Remove(TimeSpan.FromMilliseconds(500));

    private static bool Failed(IEnumerable<HardeningOutcome> rows, string name) => rows.Any(r => r.Name == name && r.Status == OutcomeStatus.Failed);

    private static HardeningProfile Substitute(HardeningProfile profile, IReadOnlyList<HardeningOutcome> rows)
    {
        var limits = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in profile.ResourceLimits) limits[name] = value;
        if (profile.MemoryLimit is { } memory && Failed(rows, "cgroup_memory")) limits.TryAdd("as", memory.ToString(CultureInfo.InvariantCulture));
        // Counted per user in its user namespace, where the reaper is one of them.
        if (profile.ProcessLimit is { } processes && CanCountProcesses(profile) && Failed(rows, "cgroup_pids")) limits.TryAdd("nproc", (processes + 1).ToString(CultureInfo.InvariantCulture));
        return profile with { ResourceLimits = limits };
    }

    private static HardeningOutcome Substituted(HardeningProfile profile, HardeningOutcome row)
    {
        if (row.Status != OutcomeStatus.Failed) return row;
        if (row.Name == "cgroup_memory") return Instead(row, "RLIMIT_AS bounds the address space of each process instead");
        return row.Name == "cgroup_pids" && CanCountProcesses(profile) ? Instead(row, "RLIMIT_NPROC bounds the processes of the sandbox's user instead") : row;
    }

    private static bool CanCountProcesses(HardeningProfile profile) => (profile.Namespaces & NamespaceKinds.User) != 0;

    private static HardeningOutcome Instead(HardeningOutcome row, string what) =>
        row with { Requested = false, Status = OutcomeStatus.Skipped, Detail = $"no cgroup ({row.Detail}): {what}" };
}
