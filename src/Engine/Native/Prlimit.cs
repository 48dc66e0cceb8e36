using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>prlimit(2), to read another process's limits.</summary>
internal static partial class Prlimit
{
    private static readonly string[] Names =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime",
    ];

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static unsafe partial int Call(int pid, int resource, ulong* set, ulong* get);

    /// <summary>The limits of a process by name as in getrlimit(2), in lower case.</summary>
    public static unsafe (ulong Soft, ulong Hard) Get(int pid, string name)
    {
        var limits = stackalloc ulong[2];
        if (Call(pid, Array.IndexOf(Names, name), null, limits) < 0) throw new ErrnoException("prlimit", Marshal.GetLastPInvokeError(), name);
        return (limits[0], limits[1]);
    }
}
