using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Violations;

/// <summary>
/// What a process sees as its root, and who it is, held by descriptors: an open mountinfo keeps the mount namespace, so that both can
/// be looked at after the process has ended (fs/proc_namespace.c, mounts_open_common).
/// </summary>
internal sealed class TargetSnapshot : IDisposable
{
    private readonly FileDescriptor _root;
    private readonly FileDescriptor _mounts;

    private TargetSnapshot(FileDescriptor root, FileDescriptor mounts)
    {
        _root = root;
        _mounts = mounts;
    }

    public required uint MountNamespace { get; init; }

    public required uint UserNamespace { get; init; }

    /// <summary>Its supplementary groups on the host.</summary>
    public required IReadOnlyList<uint> Groups { get; init; }

    public required IdRanges Users { get; init; }

    public required IdRanges UserGroups { get; init; }

    /// <summary>Of a process that lives; null where it has ended or can't be looked at.</summary>
    public static TargetSnapshot? TryTake(int process)
    {
        FileDescriptor? root = null, mounts = null;
        try
        {
            var directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");
            mounts = FileDescriptor.Open(directory + "/mountinfo", LibC.O_RDONLY);
            root = FileDescriptor.Open(directory + "/root", LibC.O_PATH);
            var namespaces = NamespaceIds.Of(process).Inodes;
            return new(root, mounts)
            {
                MountNamespace = (uint)namespaces.GetValueOrDefault(NamespaceKinds.Mount),
                UserNamespace = (uint)namespaces.GetValueOrDefault(NamespaceKinds.User),
                Groups = ProcessStatus.Parse(ProcFile.Read(directory + "/status")).Groups,
                Users = IdRanges.Parse(ProcFile.Read(directory + "/uid_map")),
                UserGroups = IdRanges.Parse(ProcFile.Read(directory + "/gid_map")),
            };
        }
        catch (Exception e) when (e is SandboxException or IOException or UnauthorizedAccessException)
        {
            root?.Dispose();
            mounts?.Dispose();
            return null;
        }
    }

    /// <summary>Its root directory.</summary>
    public Inode Root() => Inode.Of(_root.DuplicateAbove(3), "/");

    /// <summary>The mounts as they are now.</summary>
    public unsafe IReadOnlyList<MountInfo> Mounts()
    {
        var bytes = new List<byte>();
        var buffer = new byte[16384];
        for (long offset = 0; ; offset = bytes.Count)
        {
            long got;
            fixed (byte* at = buffer) got = Check.Result("pread", (long)LibC.pread(_mounts.Number, at, buffer.Length, offset));
            if (got == 0) return MountInfo.Parse(System.Text.Encoding.UTF8.GetString([.. bytes]));
            bytes.AddRange(buffer.AsSpan(0, (int)got));
        }
    }

    public void Dispose()
    {
        _root.Dispose();
        _mounts.Dispose();
    }
}
