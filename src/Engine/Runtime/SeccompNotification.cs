using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sandbox.Runtime;

/// <summary>struct seccomp_notif with its struct seccomp_data (linux/seccomp.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SeccompNotification
{
    public ulong Id;
    public int Thread;
    public uint Flags;
    public int Number;
    public uint Architecture;
    public ulong InstructionPointer;
    public Six Arguments;

    /// <summary>The six arguments of a call.</summary>
    [InlineArray(6)]
    public struct Six
    {
        private ulong _first;
    }
}
