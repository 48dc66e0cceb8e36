using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>What this process does at a signal, as sigaction(2) tells.</summary>
internal static partial class SignalAction
{
    private const int Size = 256; // struct sigaction is smaller on every architecture; its handler comes first

    /// <summary>The address of the handler; 0 for the default action, 1 where the signal is ignored.</summary>
    public static unsafe nint HandlerOf(int signal)
    {
        var action = stackalloc byte[Size];
        return Get(signal, null, action) == 0 ? *(nint*)action : throw new ErrnoException("sigaction", Marshal.GetLastPInvokeError(), $"signal {signal}");
    }

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    private static unsafe partial int Get(int signal, byte* next, byte* current);
}
