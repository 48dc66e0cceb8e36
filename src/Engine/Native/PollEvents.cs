using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Sandbox.Native;

/// <summary>poll(2). Tmds.LibC's doesn't keep errno, and any SIGCHLD that the process handles interrupts the wait (signal(7)).</summary>
internal static partial class PollEvents
{
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Call(pollfd* fds, nuint count, int timeout);

    /// <summary>How many descriptors are ready; 0 after the time, or where a signal came first.</summary>
    public static unsafe int Wait(pollfd* fds, int count, int milliseconds)
    {
        var ready = Call(fds, (nuint)count, milliseconds);
        if (ready >= 0) return ready;
        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.EINTR ? 0 : throw new ErrnoException("poll", errno);
    }
}
