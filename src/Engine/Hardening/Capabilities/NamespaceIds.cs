using System.Globalization;

namespace Sandbox.Hardening;

/// <summary>The namespaces of a process, by the inode of each link in /proc/PID/ns (namespaces(7)). Two processes share one when the inodes are equal.</summary>
public sealed record NamespaceIds(IReadOnlyDictionary<NamespaceKinds, ulong> Inodes)
{
    private static readonly (NamespaceKinds Kind, string File)[] Links =
    [
        (NamespaceKinds.User, "user"), (NamespaceKinds.Mount, "mnt"), (NamespaceKinds.Pid, "pid"), (NamespaceKinds.Network, "net"),
        (NamespaceKinds.Ipc, "ipc"), (NamespaceKinds.Uts, "uts"), (NamespaceKinds.Cgroup, "cgroup"), (NamespaceKinds.Time, "time"),
    ];

    /// <summary>Of a process; a kind that the kernel lacks is absent. Throws when the process is gone or belongs to another user.</summary>
    public static NamespaceIds Of(int pid) => Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns"));

    /// <summary>Of this process.</summary>
    public static NamespaceIds OfSelf() => Read("/proc/self/ns");

    /// <summary>The kinds that two processes don't share; a kind that either side lacks isn't counted.</summary>
    public NamespaceKinds DifferentFrom(NamespaceIds other) => Inodes
        .Where(i => other.Inodes.TryGetValue(i.Key, out ulong inode) && inode != i.Value).Aggregate(NamespaceKinds.None, (set, i) => set | i.Key);

    // The link's text is 'kind:[inode]' by definition (fs/nsfs.c, ns_get_name), so readlink(2) gives what stat(2) would.
    private static NamespaceIds Read(string directory)
    {
        var inodes = new Dictionary<NamespaceKinds, ulong>();
        foreach ((NamespaceKinds kind, string file) in Links)
        {
            string path = $"{directory}/{file}";
            string? target;
            try
            {
                target = File.ResolveLinkTarget(path, returnFinalTarget: false) is null ? null : new FileInfo(path).LinkTarget;
            }
            catch (FileNotFoundException) when (Directory.Exists(directory))
            {
                continue;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                bool denied = e is UnauthorizedAccessException;
                throw new SandboxException(denied ? "NamespaceIds,PERMISSION_DENIED" : "NamespaceIds,NOT_FOUND",
                    denied ? SandboxErrorKind.PermissionDenied : SandboxErrorKind.ObjectNotFound, $"{path}: {e.Message}",
                    "Only the process's own user and root may read its namespaces.", e);
            }

            if (target is not null && target.Split('[') is [_, string number] && ulong.TryParse(number.TrimEnd(']'), CultureInfo.InvariantCulture, out ulong inode))
                inodes[kind] = inode;
        }

        return new NamespaceIds(inodes);
    }
}
