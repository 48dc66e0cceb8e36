using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Sandbox.Native;

/// <summary>poll(2). Tmds.LibC declares it without SetLastError, so that errno after it is that of an earlier call.</summary>
internal static partial class Poll
{
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Call(pollfd* descriptors, nuint count, int timeout);

    /// <summary>How many descriptors are ready; 0 after the timeout in milliseconds, and after a signal.</summary>
    public static unsafe int Once(Span<pollfd> descriptors, int timeout)
    {
        fixed (pollfd* first = descriptors)
        {
            var ready = Call(first, (nuint)descriptors.Length, timeout);
            if (ready >= 0) return ready;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.EINTR ? 0 : throw new ErrnoException("poll", errno);
    }
}
