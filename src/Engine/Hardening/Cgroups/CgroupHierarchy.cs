namespace Sandbox.Hardening;

/// <summary>One mounted cgroup hierarchy and the caller's group in it.</summary>
/// <param name="Key">The second field of its line in /proc/PID/cgroup; empty for the unified hierarchy.</param>
/// <param name="Controllers">What the caller's group can hand out.</param>
/// <param name="GroupPath">The base group as /proc/PID/cgroup names it.</param>
/// <param name="Directory">The base group as a directory.</param>
public sealed record CgroupHierarchy(string Key, IReadOnlyList<string> Controllers, string GroupPath, string Directory)
{
    /// <summary>Whether it is cgroup v2.</summary>
    public bool IsUnified => Key.Length == 0;
}
