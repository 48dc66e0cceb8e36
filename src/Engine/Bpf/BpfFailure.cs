using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Bpf;

/// <summary>Why eBPF refuses, and what to do.</summary>
internal static class BpfFailure
{
    public static SandboxException Describe(string what, int errno, string? log = null)
    {
        var inner = new ErrnoException($"bpf({what})", errno, null);
        var state = new HostState { CurrentDirectory = "/" };
        var missing = state.HasCapability("CAP_SYS_ADMIN") ? [] : new[] { "CAP_BPF", "CAP_PERFMON" }.Where(c => !state.HasCapability(c)).ToArray();
        if (errno is Errno.EPERM or Errno.EACCES && log is not { Length: > 0 } && missing.Length > 0)
        {
            return new("SandboxViolation,NO_BPF_PRIVILEGE", SandboxErrorKind.PermissionDenied, $"Tracing by eBPF needs {string.Join(" and ", missing)}: {inner.Message}.",
                $"Run as root, or grant {string.Join(" and ", missing)}.", inner);
        }

        if (errno == Errno.EPERM && state.Read("/sys/kernel/security/lockdown") is { } lockdown && lockdown.Contains("[confidentiality]", StringComparison.Ordinal))
        {
            return new("SandboxViolation,LOCKED_DOWN", SandboxErrorKind.SecurityError, $"The kernel is locked down (confidentiality), which forbids tracing: {inner.Message}.", "Boot without it.", inner);
        }

        if (log is { Length: > 0 })
        {
            return new("SandboxViolation,BPF_VERIFIER", SandboxErrorKind.NotInstalled, $"This kernel ({state.Kernel}) doesn't take the tracing program: {inner.Message}. Its verifier says: {log}",
                "Report it with the kernel's version; seccomp denials are seen by Watch-SeccompDenial without eBPF.", inner);
        }

        return new("SandboxViolation,NO_BPF", SandboxErrorKind.NotInstalled, $"eBPF can't be used here: {inner.Message}.", errno switch
        {
            Errno.ENOSYS => "The kernel must be built with CONFIG_BPF_SYSCALL.",
            Errno.ENOMEM => "Memory ran out, or is limited: raise RLIMIT_MEMLOCK (ulimit -l) on kernels before 5.11.",
            Errno.ENOENT or Errno.EINVAL or Errno.EOPNOTSUPP => $"{state.NeedsKernel("5.17")} It must have type information (CONFIG_DEBUG_INFO_BTF).",
            _ => "Test-SandboxSupport shows what works.",
        }, inner);
    }
}
