using Tmds.Linux;

namespace Sandbox.Native;

/// <summary>pidfd_open(2) and pidfd_send_signal(2): a process by handle, so that a recycled pid is never signalled.</summary>
internal static class PidFd
{
    /// <summary>A pidfd, or null where the process is gone already.</summary>
    public static FileDescriptor? TryOpen(int pid)
    {
        var fd = (int)(long)LibC.syscall(Syscall.PidFdOpen.Number, pid, 0);
        if (fd >= 0) return new(fd);
        var errno = LibC.errno;
        return errno == Errno.ESRCH ? null : throw new ErrnoException("pidfd_open", errno);
    }

    /// <summary>False where the process has ended.</summary>
    public static bool Signal(FileDescriptor pidfd, int signal)
    {
        if ((long)LibC.syscall(Syscall.PidFdSendSignal.Number, pidfd.Number, signal, 0, 0) >= 0) return true;
        var errno = LibC.errno;
        return errno == Errno.ESRCH ? false : throw new ErrnoException("pidfd_send_signal", errno);
    }
}
