using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>waitid(2) for one child by its id; other children of the process are never touched.</summary>
internal static partial class Wait
{
    private const int Pid = 1, Exited = 4;

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static unsafe partial int WaitId(int type, uint id, byte* info, int options);

    /// <summary>Reaps a child; blocks until it has ended. False where something else has reaped it (SIGCHLD ignored).</summary>
    public static bool Reap(int pid) => ReapStatus(pid) is not null;

    /// <summary>Reaps a child and returns its exit code, or 128 plus the signal that ended it; null where something else has reaped it.</summary>
    public static unsafe int? ReapStatus(int pid)
    {
        var info = stackalloc int[32]; // siginfo_t: number, errno, code, padding, pid, uid, status
        for (;;)
        {
            if (WaitId(Pid, (uint)pid, (byte*)info, Exited) == 0) return info[2] == 1 ? info[6] : 128 + info[6]; // CLD_EXITED
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.ECHILD) return null;
            if (errno != Errno.EINTR) throw new ErrnoException("waitid", errno);
        }
    }
}
