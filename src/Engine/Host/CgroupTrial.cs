using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Native;

namespace Sandbox.Host;

/// <summary>Makes a group below the caller's own, sets something in it, reads it back, and removes the group.</summary>
internal static class CgroupTrial
{
    private static long _count;

    /// <summary>The first place that works: on v2 where the controller is null, else where that v1 controller is.</summary>
    public static ProbeResult First(HostState state, string absent, params (string? V1Controller, string File, string Value, bool ReadBack)[] places)
    {
        var layout = CgroupLayout.Detect();
        ProbeResult? last = null;
        foreach (var (controller, file, value, readBack) in places)
        {
            if ((controller is null ? layout.Unified : layout.For(controller)) is not { } hierarchy) continue;
            last = Run(layout, hierarchy, null, file, value, readBack);
            if (last.Supported) return last;
        }

        return last ?? ProbeResult.No(absent, Errno.ENOENT, $"Use cgroup v2 (mount -t cgroup2 none DIRECTORY); this machine runs {state.Kernel}.");
    }

    /// <param name="layout">The machine's layout.</param>
    /// <param name="hierarchy">Where.</param>
    /// <param name="enable">The v2 controller that the group needs; null for none.</param>
    /// <param name="file">The file to set.</param>
    /// <param name="value">What to set; null only reads the file.</param>
    /// <param name="readBack">Whether the file can be read.</param>
    public static ProbeResult Run(CgroupLayout layout, CgroupHierarchy hierarchy, string? enable, string file, string? value, bool readBack)
    {
        var files = layout.Files;
        var control = hierarchy.Directory + "/cgroup.subtree_control";
        var enabled = false;
        if (enable is not null && !(files.Read(control, out var list) == 0 && list.Split(' ', '\n').Contains(enable)))
        {
            if (files.Write(control, "+" + enable) is not 0 and var errno) return Failed(hierarchy, "write", control, errno);
            enabled = true;
        }

        try
        {
            var group = string.Create(CultureInfo.InvariantCulture, $"{hierarchy.Directory}/sandbox-support-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
            if (files.MakeDirectory(group) is not 0 and var errno) return Failed(hierarchy, "mkdir", group, errno);
            var result = Set(files, hierarchy, $"{group}/{file}", file, value, readBack);
            return files.RemoveDirectory(group) is not 0 and var removed ? Failed(hierarchy, "rmdir", group, removed) : result;
        }
        finally
        {
            // As it was before. Where somebody uses the controller below by now the kernel refuses this (EBUSY), rightly.
            if (enabled) files.Write(control, "-" + enable);
        }
    }

    private static ProbeResult Set(ICgroupFiles files, CgroupHierarchy hierarchy, string path, string file, string? value, bool readBack)
    {
        if (value is not null && files.Write(path, value) is not 0 and var wrote) return Failed(hierarchy, "write", path, wrote);
        var actual = "";
        if (readBack && files.Read(path, out actual) is not 0 and var read) return Failed(hierarchy, "read", path, read);
        actual = actual.Trim();
        if (readBack && value is not null && actual != value) return ProbeResult.No($"{path} reads {actual} after {value} was written", 0, null);
        var what = value is null ? $"{file} read" : readBack ? $"{file}={actual} written and read back" : $"{file}={value} written";
        return ProbeResult.Yes($"a group below {hierarchy.Directory} made, {what}, removed", hierarchy.IsUnified ? "v2" : "v1");
    }

    private static ProbeResult Failed(CgroupHierarchy hierarchy, string call, string path, int errno) =>
        ProbeResult.Failed($"{call} {path}", errno, CgroupRemedy.For(errno, path, hierarchy)) with { Version = hierarchy.IsUnified ? "v2" : "v1" };
}
