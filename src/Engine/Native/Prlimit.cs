using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>prlimit(2), to read another process's limits.</summary>
internal static partial class Prlimit
{
    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static unsafe partial int Call(int pid, int resource, ulong* set, ulong* get);

    /// <summary>The limits of a process by the number of the resource.</summary>
    public static unsafe (ulong Soft, ulong Hard) Get(int pid, int resource)
    {
        var limits = stackalloc ulong[2];
        if (Call(pid, resource, null, limits) < 0) throw new ErrnoException("prlimit", Marshal.GetLastPInvokeError());
        return (limits[0], limits[1]);
    }
}
