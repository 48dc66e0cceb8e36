using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>clock_gettime(2) for the clock of packets.</summary>
internal static partial class RealClock
{
    private const int Real = 0, Tai = 11; // CLOCK_REALTIME, CLOCK_TAI
    private const long Second = 1_000_000_000;

    /// <summary>Nanoseconds since 1970.</summary>
    public static long Now => Read(Real);

    /// <summary>How far CLOCK_TAI is ahead: whole seconds, as many as there were leap seconds where the machine knows of them.</summary>
    public static long TaiAhead => (Read(Tai) - Read(Real) + (Second / 2)) / Second * Second;

    private static unsafe long Read(int clock)
    {
        var value = stackalloc long[2]; // struct timespec: seconds, nanoseconds
        if (GetTime(clock, value) != 0) throw new ErrnoException("clock_gettime", Marshal.GetLastPInvokeError());
        return (value[0] * Second) + value[1];
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static unsafe partial int GetTime(int clock, long* value);
}
