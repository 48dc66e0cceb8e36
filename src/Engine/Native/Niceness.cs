using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>setpriority(2) of the calling thread. On Linux it is of one thread, although POSIX says process; it ends with the thread.</summary>
internal static partial class Niceness
{
    private const int Process = 0; // PRIO_PROCESS

    /// <summary>Asks for a share of the processor; what isn't permitted (CAP_SYS_NICE, RLIMIT_NICE) stays as it was.</summary>
    /// <param name="nice">From -20, the most, to 19.</param>
    /// <returns>Whether it was given.</returns>
    public static bool TrySet(int nice) => Set(Process, 0, nice) == 0;

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int Set(int which, int who, int value);
}
