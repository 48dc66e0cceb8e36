using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>landlock_create_ruleset(2), which glibc doesn't wrap.</summary>
internal static partial class LandlockCreateRuleset
{
    // The unified system call table since Linux 5.1: one number on every architecture.
    private const long Number = 444;
    private const uint Version = 1;

    /// <summary>The kernel's Landlock ABI, or 0 with the errno.</summary>
    public static int QueryVersion(out int errno)
    {
        long result = Call(Number, 0, 0, Version);
        errno = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        return result < 0 ? 0 : (int)result;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Call(long number, nint attributes, nuint size, nuint flags);
}
