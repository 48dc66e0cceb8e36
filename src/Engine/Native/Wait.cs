using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>waitid(2) for one child by its id; other children of the process are never touched.</summary>
internal static partial class Wait
{
    private const int Pid = 1, Exited = 4;

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static unsafe partial int WaitId(int type, uint id, byte* info, int options);

    /// <summary>Reaps a child; blocks until it has ended. False where something else has reaped it (SIGCHLD ignored).</summary>
    public static unsafe bool Reap(int pid)
    {
        var info = stackalloc byte[128];
        for (;;)
        {
            if (WaitId(Pid, (uint)pid, info, Exited) == 0) return true;
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.ECHILD) return false;
            if (errno != Errno.EINTR) throw new ErrnoException("waitid", errno);
        }
    }
}
