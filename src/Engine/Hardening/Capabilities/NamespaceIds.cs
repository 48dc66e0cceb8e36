using System.Globalization;
using System.Text;
using Sandbox.Native;
using Tmds.Linux;

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

    // The link's text is 'kind:[inode]' by definition (fs/nsfs.c, ns_get_name). By readlink(2) itself: .NET answers null for every error.
    private static NamespaceIds Read(string directory)
    {
        var inodes = new Dictionary<NamespaceKinds, ulong>();
        foreach ((NamespaceKinds kind, string file) in Links)
        {
            string path = $"{directory}/{file}";
            string? target = ReadLink(path, out int errno);
            if (errno == Errno.ENOENT && Directory.Exists(directory))
                continue;
            if (target is null)
                throw new ErrnoException("readlink", errno, path);
            if (target.Split('[') is [_, string number] && ulong.TryParse(number.TrimEnd(']'), CultureInfo.InvariantCulture, out ulong inode))
                inodes[kind] = inode;
        }

        return new NamespaceIds(inodes);
    }

    private static unsafe string? ReadLink(string path, out int errno)
    {
        Span<byte> target = stackalloc byte[64];
        fixed (byte* p = Encoding.ASCII.GetBytes(path + '\0'), t = target)
        {
            long length = (long)LibC.readlink(p, t, target.Length);
            errno = length < 0 ? LibC.errno : 0;
            return length < 0 ? null : Encoding.ASCII.GetString(target[..(int)length]);
        }
    }
}
