using System.Text;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Hardening;

/// <summary>Paths of the host, resolved once before a launch.</summary>
internal static class HostPath
{
    /// <summary>The canonical path, every link followed, by the kernel's own resolution.</summary>
    public static unsafe string Real(string path)
    {
        const int Path = 0x200000; // O_PATH
        using var fd = FileDescriptor.Open(path, Path);
        var buffer = stackalloc byte[4097];
        fixed (byte* link = Utf8.Terminated($"/proc/self/fd/{fd.Number}"))
        {
            var length = (int)Check.Result("readlink", (long)LibC.readlink(link, buffer, 4096));
            return Encoding.UTF8.GetString(buffer, length);
        }
    }

    /// <summary>The owner of a path.</summary>
    public static unsafe (int Uid, int Gid) Owner(string path)
    {
        stat info;
        fixed (byte* text = Utf8.Terminated(path))
        {
            Check.Result("stat", LibC.stat(text, &info), path);
        }

        return ((int)(uint)info.st_uid, (int)(uint)info.st_gid);
    }

    /// <summary>Whether a path's mount or file system is read-only (statvfs(3), ST_RDONLY).</summary>
    public static unsafe bool IsReadOnly(string path)
    {
        statvfs info;
        fixed (byte* text = Utf8.Terminated(path))
        {
            Check.Result("statvfs", LibC.statvfs(text, &info), path);
        }

        return ((ulong)info.f_flag & 1) != 0;
    }

    /// <summary>The canonical path of one that a parameter names; an error that names both where it isn't there.</summary>
    public static string Existing(string path, string parameter, string currentDirectory)
    {
        var full = Path.GetFullPath(path, currentDirectory);
        if (!File.Exists(full) && !Directory.Exists(full))
        {
            throw new SandboxException($"{parameter},ENOENT", SandboxErrorKind.ObjectNotFound, $"-{parameter}: '{full}' doesn't exist.", "Check the spelling, or make it first.");
        }

        return Real(full);
    }
}
