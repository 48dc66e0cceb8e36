using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Sandbox.Native;

/// <summary>
/// A file that is held by flock(2): the kernel lets go of it when its holder ends, however it ends, and no pid namespace hides the holder.
/// </summary>
internal sealed partial class FileLock : IDisposable
{
    private const int Exclusive = 2, NonBlocking = 4; // LOCK_EX, LOCK_NB

    private FileLock(FileDescriptor file) => File = file;

    public FileDescriptor File { get; }

    /// <summary>Opens and takes one; null where another holds it, or where it is gone (or is there already, if it is to be new).</summary>
    public static FileLock? TryTake(string path, int flags)
    {
        FileDescriptor file;
        try
        {
            file = FileDescriptor.Open(path, flags, 0x180); // 0600
        }
        catch (ErrnoException e) when (e.Errno is Errno.ENOENT or Errno.EEXIST)
        {
            return null;
        }

        if (Lock(file.Number, Exclusive | NonBlocking) == 0) return new(file);
        var errno = Marshal.GetLastPInvokeError();
        file.Dispose();
        return errno is Errno.EAGAIN or Errno.EINTR ? null : throw new ErrnoException("flock", errno, path);
    }

    /// <summary>Takes one that is held for moments only.</summary>
    public static FileLock Take(string path, TimeSpan patience)
    {
        for (var end = Environment.TickCount64 + (long)patience.TotalMilliseconds; ; Thread.Sleep(2))
        {
            if (TryTake(path, LibC.O_RDWR | LibC.O_CREAT) is { } taken) return taken;
            if (Environment.TickCount64 > end) throw new SandboxException("flock,ETIMEDOUT", SandboxErrorKind.OperationTimeout, $"{path} was held by another process for {patience.TotalSeconds:0} s.", "Look for a stopped process that has it open.");
        }
    }

    public void Dispose() => File.Dispose();

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(int fd, int operation);
}
