using System.Runtime.InteropServices;
using Sandbox.Host;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Denials;

/// <summary>/dev/kmsg, from its end on or from the oldest record that it has.</summary>
internal sealed partial class KmsgDevice : IKmsgDevice
{
    private const int NoFollow = 0x20000; // O_NOFOLLOW of x86; that of arm64 differs
    private const int NoFollowArm64 = 0x8000;
    private const int SeekStart = 0, SeekEnd = 2;

    private KmsgDevice(FileDescriptor file) => File = file;

    public FileDescriptor File { get; }

    /// <summary>Opens it. A symbolic link is refused: whoever may place one chooses the denials that are seen.</summary>
    public static KmsgDevice Open(string path = "/dev/kmsg", bool fromStart = false)
    {
        var noFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? NoFollowArm64 : NoFollow;
        try
        {
            var device = new KmsgDevice(FileDescriptor.Open(path, LibC.O_RDONLY | LibC.O_NONBLOCK | noFollow));
            if ((long)LibC.lseek(device.File.Number, 0, fromStart ? SeekStart : SeekEnd) >= 0) return device;
            var errno = LibC.errno;
            device.Dispose();
            throw new ErrnoException("lseek", errno, path);
        }
        catch (ErrnoException e)
        {
            throw Refused(path, e);
        }
    }

    public unsafe int Read(Span<byte> buffer, out int errno)
    {
        fixed (byte* at = buffer)
        {
            var length = (int)ReadFile(File.Number, at, (nuint)buffer.Length);
            errno = length < 0 ? Marshal.GetLastPInvokeError() : 0;
            return length;
        }
    }

    public void Dispose() => File.Dispose();

    private static SandboxException Refused(string path, ErrnoException e) => e.Errno switch
    {
        Errno.ELOOP => new("WatchSeccompDenial,KMSG_SYMLINK", SandboxErrorKind.SecurityError, $"{path} is a symbolic link and isn't read.", $"Remove it and make the device again: mknod {path} c 1 11", e),
        Errno.EPERM or Errno.EACCES => new("WatchSeccompDenial,NO_SYSLOG", SandboxErrorKind.PermissionDenied, $"The kernel log can't be read: {e.Message}.", $"{new HostState { CurrentDirectory = "/" }.Privilege("CAP_SYSLOG")} For a process of this module, -Source Notify needs no privilege.", e),
        _ => new("WatchSeccompDenial,NO_KMSG", SandboxErrorKind.NotInstalled, $"There is no kernel log: {e.Message}.", "Containers mostly have none: run outside, or use -Source Notify for a process of this module.", e),
    };

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint ReadFile(int fd, byte* buffer, nuint size);
}
