using System.Buffers.Binary;
using Sandbox.Hardening;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>
/// mount_setattr(2) with MOUNT_ATTR_IDMAP on copies of the mounts that runs use: the file system decides. The copies are never attached
/// anywhere, so that making them here changes nothing.
/// </summary>
internal static class IdMappedMountProbe
{
    public static ProbeResult Try(HostState state)
    {
        var paths = new[] { Path.GetTempPath(), state.CurrentDirectory }.Select(HostPath.Real).Distinct().ToArray();
        var seen = new List<string>();
        ErrnoException? error = null;
        var plan = new ProbePlan().OwnUser().AwaitLook();
        plan.Look = (pid, _) =>
        {
            using var user = FileDescriptor.Open($"/proc/{pid}/ns/user", LibC.O_RDONLY);
            foreach (var path in paths)
            {
                try
                {
                    Map(path, user);
                    seen.Add($"{path} ({FileSystem(path)}): mapped");
                }
                catch (ErrnoException e)
                {
                    error ??= e;
                    seen.Add($"{path} ({FileSystem(path)}): {e.Call} {Errno.Name(e.Errno)}");
                }
            }

            return null;
        };
        if (plan.Run() is { } failure) return failure.ToResult(NamespaceRemedy.For(state, failure, "user"));
        var text = string.Join("; ", seen);
        return error is null ? ProbeResult.Yes(text) : ProbeResult.No(text, error.Errno, Remedy(state, error.Errno));
    }

    private static string Remedy(HostState state, int errno) => errno switch
    {
        Errno.ENOSYS => state.NeedsKernel("5.12"),
        Errno.EPERM => state.IsRoot ? state.Privilege("CAP_SYS_ADMIN") : "Only root can map the ids of the host's file systems; others need no such map, since their targets keep their id.",
        Errno.EINVAL => $"This file system has no idmapped mounts in this kernel ({state.Kernel}); use ext4, xfs, btrfs or tmpfs, or a newer kernel.",
        _ => $"Use another file system for writable paths, such as ext4, xfs, btrfs or tmpfs ({Errno.Name(errno)}).",
    };

    private static unsafe void Map(string path, FileDescriptor user)
    {
        var attributes = stackalloc byte[32]; // struct mount_attr: set, clear, propagation, userns_fd
        new Span<byte>(attributes, 32).Clear();
        BinaryPrimitives.WriteInt64LittleEndian(new(attributes, 8), 0x100000); // MOUNT_ATTR_IDMAP
        BinaryPrimitives.WriteInt64LittleEndian(new(attributes + 24, 8), user.Number);
        byte nothing = 0;
        fixed (byte* text = Utf8.Terminated(path))
        {
            using var tree = new FileDescriptor(Check.Result("open_tree", (int)(long)LibC.syscall(Syscall.OpenTree.Number, -100, text, 0x1 | 0x80000))); // OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC
            Check.Result("mount_setattr", (int)(long)LibC.syscall(Syscall.MountSetAttr.Number, tree.Number, &nothing, 0x1000, attributes, 32)); // AT_EMPTY_PATH
        }
    }

    /// <summary>The type of the file system that holds a path: of the longest mount point above it (proc_pid_mountinfo(5)).</summary>
    private static string FileSystem(string path) =>
        MountInfo.Of(Environment.ProcessId).Where(m => path == m.MountPoint || path.StartsWith(m.MountPoint.TrimEnd('/') + "/", StringComparison.Ordinal))
            .MaxBy(m => m.MountPoint.Length)?.FileSystemType ?? "unknown";
}
