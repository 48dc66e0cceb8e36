namespace Sandbox.Seccomp;

/// <summary>The system call ABIs whose tables are known. X32 shares AUDIT_ARCH_X86_64 with X86_64 and is told apart by bit 30 of the number.</summary>
public enum SeccompArchitecture
{
    /// <summary>x86-64.</summary>
    X86_64,

    /// <summary>32-bit x86, also by int 0x80 from a 64-bit program.</summary>
    X86,

    /// <summary>x86-64 with 32-bit pointers.</summary>
    X32,

    /// <summary>64-bit ARM.</summary>
    AArch64,

    /// <summary>32-bit ARM, EABI.</summary>
    Arm,

    /// <summary>64-bit RISC-V.</summary>
    RiscV64,

    /// <summary>64-bit IBM Z.</summary>
    S390X,

    /// <summary>64-bit little-endian Power.</summary>
    Ppc64LE,

    /// <summary>64-bit LoongArch.</summary>
    LoongArch64,
}
