using System.Globalization;

namespace Sandbox.Hardening;

/// <summary>One limit as the writes that set it, in order. The first of them is read back for the row.</summary>
/// <param name="RowName">The outcome row.</param>
/// <param name="Controller">The controller that it needs.</param>
/// <param name="Writes">File and value; an optional file may be absent.</param>
/// <param name="Tolerance">How far below the wish the kernel may round.</param>
internal sealed record CgroupSetting(string RowName, string Controller, IReadOnlyList<(string File, string Value, bool Optional)> Writes, long Tolerance = 0)
{
    private const int Period = 100_000; // microseconds, the kernel's default

    // Without a bound on swap a memory limit only moves the excess to disk. v1 bounds memory plus swap, v2 swap alone; both files are
    // absent where the kernel doesn't count swap.
    public static CgroupSetting Memory(bool unified, long bytes) => new("cgroup_memory", "memory", unified
        ? [("memory.max", Text(bytes), false), ("memory.swap.max", "0", true)]
        : [("memory.limit_in_bytes", Text(bytes), false), ("memory.memsw.limit_in_bytes", Text(bytes), true)], Environment.SystemPageSize - 1);

    public static CgroupSetting Processes(long count) => new("cgroup_pids", "pids", [("pids.max", Text(count), false)]);

    public static CgroupSetting Processor(bool unified, double share)
    {
        // 1000 microseconds is the kernel's minimum quota (kernel/sched/core.c, min_cfs_quota_period).
        long quota = Math.Max(1000, (long)Math.Round(share * Period));
        return new("cgroup_cpu", "cpu", unified
            ? [("cpu.max", $"{Text(quota)} {Text(Period)}", false)]
            : [("cpu.cfs_quota_us", Text(quota), false), ("cpu.cfs_period_us", Text(Period), false)]);
    }

    /// <summary>Whether what was read back is what was written, but for rounding.</summary>
    public bool Confirms(string wanted, string actual) =>
        wanted == actual || (long.TryParse(wanted, CultureInfo.InvariantCulture, out long w)
            && long.TryParse(actual, CultureInfo.InvariantCulture, out long a) && a <= w && w - a <= Tolerance);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
