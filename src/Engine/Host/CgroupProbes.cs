using Sandbox.Hardening;

namespace Sandbox.Host;

/// <summary>The cgroup layout, and for each controller whether a group below the caller's own can be made and limited (cgroups(7)).</summary>
internal static class CgroupProbes
{
    private const string Area = "Cgroup";

    public static IEnumerable<HostFeature> All =>
    [
        new("cgroup_layout", Area, "No limits for a tree of processes as a whole: limits hold for each process only.", TryLayout),
        Controller("memory", "memory", "MemoryLimit bounds each process only, not the tree.", ("memory.limit_in_bytes", "67108864"), ("memory.max", "67108864")),
        Controller("pids", "pids", "ProcessLimit counts by user and not by sandbox, and doesn't hold for root.", ("pids.max", "7"), ("pids.max", "7")),
        Controller("cpu", "cpu", "CpuShare can't be enforced.", ("cpu.cfs_quota_us", "50000"), ("cpu.max", "50000 100000")),
        Controller("cpuset", "cpuset", "Sandboxes can't be bound to processors as a whole.", ("cpuset.cpus", null), ("cpuset.cpus", null)),
        Controller("io", "blkio", "Block input and output of a sandbox can't be limited.", ("blkio.throttle.read_bps_device", null), ("io.stat", null)),
        new("cgroup_freezer", Area, "A tree can't be stopped as one.", s => CgroupTrial.First(
            s, "no cgroup hierarchy freezes", (null, "cgroup.freeze", "1", true), ("freezer", "freezer.state", "FROZEN", true))),
        new("cgroup_kill", Area, "A tree is killed process by process, or as a pid namespace.", s => CgroupTrial.First(
            s, "there is no cgroup v2 hierarchy", (null, "cgroup.kill", "1", false))),
    ];

    private static HostFeature Controller(string name, string v1Name, string lost, (string File, string? Value) v1, (string File, string? Value) v2) =>
        new("cgroup_" + name, Area, lost, state =>
        {
            var layout = CgroupLayout.Detect();
            if ((layout.For(name) ?? layout.For(v1Name)) is not { } hierarchy)
                return ProbeResult.No($"no visible cgroup hierarchy hands out the {name} controller", Native.Errno.ENOENT, CgroupRemedy.Missing(name, layout));
            var (file, value) = hierarchy.IsUnified ? v2 : v1;
            return CgroupTrial.Run(layout, hierarchy, hierarchy.IsUnified ? name : null, file, value, readBack: true);
        });

    private static ProbeResult TryLayout(HostState state)
    {
        var layout = CgroupLayout.Detect();
        if (layout.Hierarchies.Count == 0) return ProbeResult.No("no cgroup file system is visible", Native.Errno.ENOENT, CgroupRemedy.Missing("memory", layout));
        var version = (layout.Unified is not null, layout.Hierarchies.Any(h => !h.IsUnified)) switch { (true, true) => "hybrid", (true, _) => "v2", _ => "v1" };
        return ProbeResult.Yes(string.Join("; ", layout.Hierarchies.Select(Describe)), version);
    }

    private static string Describe(CgroupHierarchy h) =>
        (h.IsUnified ? $"v2 [{string.Join(' ', h.Controllers)}]" : $"v1 {h.Key}") + $" at {h.Directory}";
}
