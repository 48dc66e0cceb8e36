using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>clock_gettime(2) for the clocks in which the kernel tells of processes: starts since boot, events since boot without suspensions.</summary>
internal static partial class BootClock
{
    private const int Monotonic = 1, Boot = 7; // CLOCK_MONOTONIC, CLOCK_BOOTTIME

    /// <summary>When the machine was booted, as starts in proc_pid_stat(5) count; it moves when the wall clock is set.</summary>
    public static DateTime BootTime => Zero(Boot);

    /// <summary>When CLOCK_MONOTONIC was 0, as events of the kernel count.</summary>
    public static DateTime MonotonicZero => Zero(Monotonic);

    private static unsafe DateTime Zero(int clock)
    {
        var value = stackalloc long[2]; // struct timespec: seconds, nanoseconds
        if (GetTime(clock, value) != 0) throw new ErrnoException("clock_gettime", Marshal.GetLastPInvokeError());
        return DateTime.UtcNow.AddTicks(-(value[0] * TimeSpan.TicksPerSecond) - (value[1] / 100));
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static unsafe partial int GetTime(int clock, long* value);
}
