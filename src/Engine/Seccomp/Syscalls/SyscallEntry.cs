namespace Sandbox.Seccomp;

/// <summary>One system call of one architecture.</summary>
/// <param name="Name">Its name in the kernel's table.</param>
/// <param name="Number">Its number, as seccomp_data.nr has it.</param>
/// <param name="ParameterCount">How many parameters the kernel declares; null where unknown.</param>
/// <param name="NarrowParameters">Bit i is set where the kernel declares parameter i 32 bits wide or narrower; null where unknown.</param>
/// <param name="PointerParameters">Bit i is set where parameter i is a pointer; null where unknown.</param>
/// <param name="Since">The first kernel version, by syscalls(2); null where unknown.</param>
public sealed record SyscallEntry(string Name, uint Number, int? ParameterCount, int? NarrowParameters, int? PointerParameters, string? Since)
{
    /// <summary>Whether the kernel looks at the low 32 bits of a parameter only. False where that is unknown.</summary>
    public bool IsNarrow(int index) => ((NarrowParameters ?? 0) & (1 << index)) != 0;

    /// <summary>Whether a parameter is a pointer, whose target no filter sees. False where that is unknown.</summary>
    public bool IsPointer(int index) => ((PointerParameters ?? 0) & (1 << index)) != 0;
}
