using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Hardening;

/// <summary>What stat(2) says of a path: another stamp is another content, or another entry of a directory.</summary>
internal readonly record struct FileStamp(ulong Device, ulong Inode, long Size, long Changed)
{
    /// <summary>Of a path whose text is zero-terminated; every link followed. A path that isn't there has a stamp of its own.</summary>
    public static unsafe FileStamp Of(ReadOnlySpan<byte> path)
    {
        stat info;
        fixed (byte* text = path)
        {
            // By the change time: a program can set the modification time, but not this one.
            return LibC.stat(text, &info) == 0 ? new(info.st_dev, info.st_ino, info.st_size, ((long)info.st_ctim.tv_sec * 1_000_000_000) + (long)info.st_ctim.tv_nsec) : default;
        }
    }

    public static FileStamp Of(string path) => Of(Utf8.Terminated(path));

    /// <summary>Whether the last change is so recent that another one could have left the same time: the kernel's clock is a tick coarse.</summary>
    public bool IsFresh => Changed > (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 2000) * 1_000_000;
}
