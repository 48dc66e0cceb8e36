using System.Globalization;
using Sandbox.Hardening;

namespace Sandbox.Denials;

/// <summary>One watched cgroup.</summary>
/// <param name="Key">Its hierarchy: the second field of a line of /proc/pid/cgroup, empty for cgroup v2.</param>
/// <param name="Path">Its path there.</param>
/// <param name="Directory">The directory, null where this process doesn't see it.</param>
internal sealed record ScopeGroup(string Key, string Path, string? Directory)
{
    /// <summary>The groups of a process that are its own: neither a root nor one that this process is in or below of.</summary>
    public static IReadOnlyList<ScopeGroup> OwnOf(string groups, string ours, string mounts)
    {
        var known = Lines(ours).ToDictionary(l => l.Key, l => l.Path, StringComparer.Ordinal);
        return [.. from line in Lines(groups)
                   where CgroupPath.Normalize(line.Path) != "/" && (!known.TryGetValue(line.Key, out var own) || CgroupPath.Match(line.Path, own) is null)
                   select new ScopeGroup(line.Key, CgroupPath.Normalize(line.Path), Locate(line.Key, line.Path, MountInfo.Parse(mounts)))];
    }

    /// <summary>
    /// What a caller named: a directory of a cgroup file system, or a path in whichever hierarchies have it. Empty where nothing is there.
    /// </summary>
    public static IReadOnlyList<ScopeGroup> Resolve(string text, string ours, string mounts)
    {
        var table = MountInfo.Parse(mounts);
        var keys = Lines(ours).Select(l => l.Key).ToArray();
        var directories = from mount in table
                          where mount.FileSystemType is "cgroup" or "cgroup2" && Below(mount.MountPoint, text) && System.IO.Directory.Exists(text)
                          from key in keys
                          where IsMountOf(mount, key)
                          select new ScopeGroup(key, CgroupPath.Normalize(mount.Root.TrimEnd('/') + text.TrimEnd('/')[mount.MountPoint.TrimEnd('/').Length..]), text.TrimEnd('/'));
        if (directories.ToArray() is { Length: > 0 } found) return found;
        return [.. from key in keys
                   let directory = Locate(key, CgroupPath.Normalize(text), table)
                   where directory is not null && System.IO.Directory.Exists(directory)
                   select new ScopeGroup(key, CgroupPath.Normalize(text), directory)];
    }

    /// <summary>The rule by which a process of these groups belongs to this one.</summary>
    public SeccompDenialScope? Match(string groups)
    {
        foreach (var (key, path) in Lines(groups))
        {
            if (key == Key) return CgroupPath.Match(Path, path);
        }

        return null;
    }

    /// <summary>The members of the group itself, by cgroup.procs.</summary>
    public IEnumerable<int> Members() => Directory is null ? [] : Members(Directory);

    /// <summary>The members of every group below it.</summary>
    public IEnumerable<int> MembersBelow()
    {
        if (Directory is null) return [];
        try
        {
            return [.. System.IO.Directory.EnumerateDirectories(Directory, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint }).SelectMany(Members)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // it was removed meanwhile
        }
    }

    private static IEnumerable<int> Members(string directory)
    {
        try
        {
            return [.. File.ReadLines(System.IO.Path.Join(directory, "cgroup.procs")).Select(l => int.TryParse(l, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(pid => pid > 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // removed, or a threaded group, whose processes are those of its domain
        }
    }

    private static IEnumerable<(string Key, string Path)> Lines(string groups) =>
        from line in groups.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let fields = line.Split(':', 3)
        where fields.Length == 3
        select (fields[1], fields[2]);

    private static bool IsMountOf(MountInfo mount, string key) => key.Length == 0 ? mount.FileSystemType == "cgroup2"
        : mount.FileSystemType == "cgroup" && key.Split(',').All(mount.SuperOptions.Contains);

    private static bool Below(string mountPoint, string path)
    {
        var start = mountPoint.TrimEnd('/');
        return path == start || path.StartsWith(start + "/", StringComparison.Ordinal);
    }

    private static string? Locate(string key, string path, IReadOnlyList<MountInfo> mounts)
    {
        path = CgroupPath.Normalize(path);
        foreach (var mount in mounts.Reverse())
        {
            var root = mount.Root.TrimEnd('/');
            if (IsMountOf(mount, key) && (root.Length == 0 || path == root || path.StartsWith(root + "/", StringComparison.Ordinal))) return (mount.MountPoint.TrimEnd('/') + path[root.Length..]).TrimEnd('/');
        }

        return null;
    }
}
