namespace Sandbox.Seccomp;

/// <summary>
/// Whether the kernel's cache lets a call through without running the filter: seccomp_is_const_allow of kernel/seccomp.c emulates
/// the program with nothing but nr and arch, once at installation.
/// </summary>
public static class ConstantAllow
{
    /// <summary>True if the call is allowed on nr and arch alone, by the instructions that the kernel's emulation knows.</summary>
    public static bool IsCached(SeccompProgram program, SeccompArchitecture architecture, uint number)
    {
        ArgumentNullException.ThrowIfNull(program);
        uint a = 0;
        for (int at = 0; at < program.Count; at++)
        {
            var (code, jumpTrue, jumpFalse, k) = program.Instructions[at];
            switch (code)
            {
                case ClassicBpf.LoadWord when k == ClassicBpf.NumberOffset: a = number; break;
                case ClassicBpf.LoadWord when k == ClassicBpf.ArchitectureOffset: a = SeccompArchitectures.AuditArchitecture(architecture); break;
                case ClassicBpf.Return: return k == new SeccompDecision(SeccompAction.Allow).ReturnValue;
                case ClassicBpf.JumpAlways: at += (int)k; break;
                case ClassicBpf.JumpEqual or ClassicBpf.JumpGreater or ClassicBpf.JumpGreaterOrEqual or ClassicBpf.JumpSet:
                    at += BpfEmulator.Holds(code, a, k) ? jumpTrue : jumpFalse;
                    break;
                case ClassicBpf.And: a &= k; break;
                default: return false;
            }
        }

        return false;
    }

    /// <summary>How many calls of an architecture are cached.</summary>
    public static int Count(SeccompProgram program, SeccompArchitecture architecture) =>
        SyscallTable.For(architecture).Entries.Count(entry => IsCached(program, architecture, entry.Number));
}
