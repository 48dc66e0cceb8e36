namespace Sandbox.Hardening;

/// <summary>Where the caller stands in each cgroup hierarchy: v1, v2 or both (cgroups(7)).</summary>
public sealed class CgroupLayout
{
    /// <summary>
    /// A v2 group with processes can't hand controllers to its children. A shell that runs in a child of this name lets the parent,
    /// which then has none, be the base.
    /// </summary>
    public const string HostGroupName = "sandbox-host";

    internal CgroupLayout(IReadOnlyList<CgroupHierarchy> hierarchies, ICgroupFiles files) => (Hierarchies, Files) = (hierarchies, files);

    /// <summary>Every hierarchy in which the caller's group is visible.</summary>
    public IReadOnlyList<CgroupHierarchy> Hierarchies { get; }

    /// <summary>The v2 hierarchy.</summary>
    public CgroupHierarchy? Unified => Hierarchies.FirstOrDefault(h => h.IsUnified);

    internal ICgroupFiles Files { get; }

    /// <summary>The hierarchy that has a controller.</summary>
    public CgroupHierarchy? For(string controller) => Hierarchies.FirstOrDefault(h => h.Controllers.Contains(controller));

    /// <summary>Reads the machine's layout.</summary>
    public static CgroupLayout Detect() => Detect(KernelCgroupFiles.Instance);

    internal static CgroupLayout Detect(ICgroupFiles files)
    {
        List<CgroupHierarchy> hierarchies = [];
        if (files.Read("/proc/self/cgroup", out string groups) != 0 || files.Read("/proc/self/mountinfo", out string mounts) != 0)
            return new CgroupLayout(hierarchies, files);
        List<MountInfo> cgroupMounts = [.. MountInfo.Parse(mounts).Where(m => m.FileSystemType is "cgroup" or "cgroup2")];
        foreach (string line in groups.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(':', 3) is [_, string key, string path] && Locate(cgroupMounts, key, path) is { } directory)
                hierarchies.Add(Describe(key, path, directory, files));
        }

        return new CgroupLayout(hierarchies, files);
    }

    // A group outside of what is mounted (a path that starts with '/..', or a bind of another subtree) can't be used.
    private static string? Locate(IEnumerable<MountInfo> mounts, string key, string path)
    {
        if (path.Split('/').Contains(".."))
            return null;
        foreach (MountInfo mount in mounts.Reverse())
        {
            bool matches = key.Length == 0 ? mount.FileSystemType == "cgroup2"
                : mount.FileSystemType == "cgroup" && key.Split(',').All(mount.SuperOptions.Contains);
            string root = mount.Root.TrimEnd('/');
            if (matches && (root.Length == 0 || path == root || path.StartsWith(root + "/", StringComparison.Ordinal)))
                return (mount.MountPoint.TrimEnd('/') + path[root.Length..]).TrimEnd('/');
        }

        return null;
    }

    private static CgroupHierarchy Describe(string key, string path, string directory, ICgroupFiles files)
    {
        if (key.Length > 0)
            return new CgroupHierarchy(key, key.Split(','), path, directory);
        if (path.EndsWith("/" + HostGroupName, StringComparison.Ordinal))
            (path, directory) = (path[..^(HostGroupName.Length + 1)], directory[..^(HostGroupName.Length + 1)]);
        files.Read(directory + "/cgroup.controllers", out string controllers);
        return new CgroupHierarchy(key, controllers.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries), path, directory);
    }
}
