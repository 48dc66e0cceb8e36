using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>setns(2) into a network namespace. Only the calling thread moves, and it doesn't come back: it must be one of its own.</summary>
internal static partial class NetworkNamespace
{
    private const int NewNet = 0x40000000; // CLONE_NEWNET

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Call(int fd, int kind);

    /// <summary>Moves the calling thread.</summary>
    public static void Enter(FileDescriptor file)
    {
        if (Call(file.Number, NewNet) != 0) throw new ErrnoException("setns", Marshal.GetLastPInvokeError(), "network namespace");
    }
}
