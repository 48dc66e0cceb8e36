using System.Globalization;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>The group of one run in each hierarchy that it uses.</summary>
public sealed class RunCgroup
{
    private readonly ICgroupFiles _files;
    private readonly IReadOnlyDictionary<CgroupHierarchy, string> _groups;

    internal RunCgroup(ICgroupFiles files, IReadOnlyDictionary<CgroupHierarchy, string> groups) =>
        (_files, _groups) = (files, groups);

    /// <summary>Its directories.</summary>
    public IReadOnlyList<string> Directories => [.. _groups.Values.Order(StringComparer.Ordinal)];

    /// <summary>Its directory in the unified hierarchy, for CLONE_INTO_CGROUP.</summary>
    public string? UnifiedDirectory => _groups.FirstOrDefault(g => g.Key.IsUnified).Value;

    /// <summary>How many of its processes the kernel killed for want of memory; null without a memory group.</summary>
    public long? OomKills => Value("memory", unified => unified ? "memory.events" : "memory.oom_control", "oom_kill");

    /// <summary>The most memory that it used, in bytes; null without a memory group or where the kernel doesn't keep it.</summary>
    public long? PeakMemory => Value("memory", unified => unified ? "memory.peak" : "memory.max_usage_in_bytes", null);

    /// <summary>The processor time of its processes, dead ones included; null where no group counts it.</summary>
    // Every v2 group counts it, with or without the cpu controller (cgroup-v2.rst, cpu.stat).
    public TimeSpan? CpuUsage =>
        UnifiedDirectory is { } unified && Field(unified + "/cpu.stat", "usage_usec") is { } microseconds ? TimeSpan.FromMicroseconds(microseconds)
        : _groups.FirstOrDefault(g => g.Key.Controllers.Contains("cpuacct")).Value is { } v1 && Field(v1 + "/cpuacct.usage", null) is { } nanoseconds
            ? TimeSpan.FromTicks(nanoseconds / 100) : null;

    /// <summary>
    /// Makes the group below this process's session and applies the limits: one row each, Applied only after the value was read back.
    /// Null when no directory could be made in any hierarchy.
    /// </summary>
    public static RunCgroup? TryCreate(CgroupLayout layout, long? memory, long? processes, double? cpuShare, out IReadOnlyList<HardeningOutcome> rows) =>
        new RunCgroupBuilder(layout, CgroupSession.Host).Build(memory, processes, cpuShare, out rows);

    /// <summary>Moves a process, and what it forks from now on, into every group.</summary>
    public void AddProcess(int pid)
    {
        foreach (string group in _groups.Values)
        {
            string file = group + "/cgroup.procs";
            if (_files.Write(file, pid.ToString(CultureInfo.InvariantCulture)) is not 0 and var errno)
                throw new ErrnoException("write", errno, file);
        }
    }

    /// <summary>Whether the kernel says that a process is in every group.</summary>
    public bool Contains(int pid)
    {
        if (_files.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup"), out string text) != 0)
            return false;
        HashSet<(string, string)> actual = [.. text.Split('\n').Select(l => l.Split(':', 3)).Where(f => f.Length == 3).Select(f => (f[1], f[2]))];
        return _groups.All(g => actual.Contains((g.Key.Key, g.Key.GroupPath.TrimEnd('/') + g.Value[g.Key.Directory.Length..])));
    }

    /// <summary>SIGKILLs every process of the group at once. False where there is no group of the unified hierarchy (or no Linux 5.14) to do it with.</summary>
    public bool Kill() => UnifiedDirectory is { } unified && _files.Write(unified + "/cgroup.kill", "1") == 0;

    /// <summary>
    /// Removes the directories. A killed process leaves its group a moment after its exit was seen, so EBUSY is tried again until the
    /// bound. Returns what is left.
    /// </summary>
    public IReadOnlyList<string> Remove(TimeSpan? bound = null)
    {
        long deadline = Environment.TickCount64 + (long)(bound ?? TimeSpan.FromSeconds(2)).TotalMilliseconds;
        List<string> left = [.. _groups.Values];
        for (int wait = 1; ; wait = Math.Min(wait * 2, 50))
        {
            left.RemoveAll(d => _files.RemoveDirectory(d) is 0 or Errno.ENOENT);
            if (left.Count == 0 || Environment.TickCount64 >= deadline)
                return left;
            Thread.Sleep(wait);
        }
    }

    private long? Value(string controller, Func<bool, string> file, string? field) =>
        _groups.FirstOrDefault(g => g.Key.Controllers.Contains(controller)) is { Value: { } directory } group
            ? Field($"{directory}/{file(group.Key.IsUnified)}", field) : null;

    // Either the whole file is one number, or a line is "field number".
    private long? Field(string path, string? field)
    {
        if (_files.Read(path, out string text) != 0)
            return null;
        string? number = field is null ? text.Trim()
            : text.Split('\n').Select(l => l.Split(' ')).FirstOrDefault(p => p.Length == 2 && p[0] == field)?[1];
        return long.TryParse(number, CultureInfo.InvariantCulture, out long value) ? value : null;
    }
}
