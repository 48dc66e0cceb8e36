using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Violations;

/// <summary>A cgroup of version 2 by its path.</summary>
internal static unsafe class UnifiedCgroup
{
    private const long Magic = 0x63677270; // CGROUP2_SUPER_MAGIC of linux/magic.h

    /// <summary>Opens its directory: a directory of the file system, or a path as /proc/pid/cgroup has it after "0::".</summary>
    public static FileDescriptor Open(string path)
    {
        var status = stackalloc long[16]; // struct statfs: its type is the first word
        foreach (var candidate in Candidates(path))
        {
            FileDescriptor directory;
            try
            {
                directory = FileDescriptor.Open(candidate, LibC.O_RDONLY | LibC.O_DIRECTORY);
            }
            catch (ErrnoException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
            {
                continue;
            }

            if ((long)LibC.syscall(new Syscall("fstatfs", 138, 44).Number, directory.Number, status) == 0 && status[0] == Magic) return directory;
            directory.Dispose();
            throw new SandboxException("WatchSandboxViolation,CGROUP_VERSION", SandboxErrorKind.InvalidArgument, $"{path} is no cgroup of version 2: eBPF knows only those.",
                "Give a directory below the mount of type cgroup2 (findmnt -t cgroup2).");
        }

        throw new SandboxException("WatchSandboxViolation,NO_CGROUP", SandboxErrorKind.ObjectNotFound, $"There is no cgroup {path}.", "Get the path from /proc/PID/cgroup, in its line 0::.");
    }

    private static IEnumerable<string> Candidates(string path)
    {
        yield return path;
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var parts = line.Split(" - ");
            if (parts.Length == 2 && parts[1].StartsWith("cgroup2 ", StringComparison.Ordinal)) yield return Path.Join(parts[0].Split(' ')[4], path);
        }
    }
}
