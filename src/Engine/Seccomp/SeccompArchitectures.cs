using System.Runtime.InteropServices;

namespace Sandbox.Seccomp;

/// <summary>What the kernel and the OCI runtime specification call the architectures.</summary>
public static class SeccompArchitectures
{
    /// <summary>Bit 30 of the number marks a call of the x32 ABI (__X32_SYSCALL_BIT of asm/unistd.h).</summary>
    public const uint X32Bit = 0x4000_0000;

    // linux/audit.h: ELF machine | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE
    private static readonly (SeccompArchitecture Architecture, uint Audit, string Oci, string Table)[] All =
    [
        (SeccompArchitecture.X86_64, 0xC000_003E, "SCMP_ARCH_X86_64", "x86_64"),
        (SeccompArchitecture.X86, 0x4000_0003, "SCMP_ARCH_X86", "x86"),
        (SeccompArchitecture.X32, 0xC000_003E, "SCMP_ARCH_X32", "x32"),
        (SeccompArchitecture.AArch64, 0xC000_00B7, "SCMP_ARCH_AARCH64", "aarch64"),
        (SeccompArchitecture.Arm, 0x4000_0028, "SCMP_ARCH_ARM", "arm"),
        (SeccompArchitecture.RiscV64, 0xC000_00F3, "SCMP_ARCH_RISCV64", "riscv64"),
        (SeccompArchitecture.S390X, 0x8000_0016, "SCMP_ARCH_S390X", "s390x"),
        (SeccompArchitecture.Ppc64LE, 0xC000_0015, "SCMP_ARCH_PPC64LE", "ppc64le"),
        (SeccompArchitecture.LoongArch64, 0xC000_0102, "SCMP_ARCH_LOONGARCH64", "loongarch64"),
    ];

    /// <summary>The architecture of this process.</summary>
    public static SeccompArchitecture Native { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => SeccompArchitecture.X86_64,
        Architecture.X86 => SeccompArchitecture.X86,
        Architecture.Arm64 => SeccompArchitecture.AArch64,
        Architecture.Arm or Architecture.Armv6 => SeccompArchitecture.Arm,
        Architecture.RiscV64 => SeccompArchitecture.RiscV64,
        Architecture.S390x => SeccompArchitecture.S390X,
        Architecture.Ppc64le => SeccompArchitecture.Ppc64LE,
        Architecture.LoongArch64 => SeccompArchitecture.LoongArch64,
        var other => throw new SandboxException("Seccomp,UNKNOWN_ARCHITECTURE", SandboxErrorKind.NotInstalled,
            $"There is no system call table for the architecture {other}."),
    };

    /// <summary>The architectures whose calls this kernel may take: the native one and those that it is compatible with.</summary>
    public static IReadOnlyList<SeccompArchitecture> OfThisMachine => Native switch
    {
        SeccompArchitecture.X86_64 => [SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32],
        SeccompArchitecture.AArch64 => [SeccompArchitecture.AArch64, SeccompArchitecture.Arm],
        var native => [native],
    };

    /// <summary>The AUDIT_ARCH_* value that seccomp_data.arch has.</summary>
    public static uint AuditArchitecture(SeccompArchitecture architecture) => All[(int)architecture].Audit;

    /// <summary>The name in the OCI runtime specification, such as <c>SCMP_ARCH_X86_64</c>.</summary>
    public static string OciName(SeccompArchitecture architecture) => All[(int)architecture].Oci;

    /// <summary>The name that uname(2) prints, such as <c>x86_64</c>.</summary>
    public static string Name(SeccompArchitecture architecture) => All[(int)architecture].Table;

    /// <summary>The architecture of a call as seccomp_data tells it, or null where no table is known.</summary>
    public static SeccompArchitecture? FromAudit(uint auditArchitecture, uint number)
    {
        foreach (var (architecture, audit, _, _) in All)
        {
            if (audit != auditArchitecture) continue;
            // -1 is no x32 call: tracers and probes use it, and the kernel answers ENOSYS (arch/x86/entry/common.c).
            return architecture == SeccompArchitecture.X86_64 && number is >= X32Bit and not uint.MaxValue ? SeccompArchitecture.X32 : architecture;
        }

        return null;
    }

    /// <summary>The architecture that uname(2) names so, or null.</summary>
    public static SeccompArchitecture? FromName(string name)
    {
        foreach (var entry in All)
        {
            if (entry.Table == name) return entry.Architecture;
        }

        return null;
    }

    /// <summary>The architecture of an OCI name, or null.</summary>
    public static SeccompArchitecture? FromOciName(string name)
    {
        foreach (var entry in All)
        {
            if (entry.Oci == name) return entry.Architecture;
        }

        return null;
    }
}
