using System.Globalization;

namespace Sandbox.Seccomp;

/// <summary>Against what the conditions of a Docker or containers-common profile are resolved. The default is this machine and process.</summary>
public sealed record SeccompImportContext
{
    // linux/capability.h, by number
    private static readonly string[] Names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
        "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    /// <summary>The capabilities that Docker gives a container by default.</summary>
    public static IReadOnlyList<string> DockerDefaultCapabilities { get; } =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP",
        "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    /// <summary>The architecture.</summary>
    public SeccompArchitecture Architecture { get; init; } = SeccompArchitectures.Native;

    /// <summary>The capabilities of the bounding set, in the form <c>CAP_SYS_ADMIN</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = HostCapabilities();

    /// <summary>The version of the kernel.</summary>
    public Version KernelVersion { get; init; } = Environment.OSVersion.Version;

    /// <summary>Told what a reader had to choose where a profile contradicts itself; null where no one wants to know.</summary>
    public Action<string>? Warn { get; init; }

    // The bounding set, as the tools do: proc_pid_status(5)
    private static string[] HostCapabilities()
    {
        string line = File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith("CapBnd:", StringComparison.Ordinal)) ?? "CapBnd: 0";
        ulong set = ulong.Parse(line.AsSpan("CapBnd:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return [.. Names.Where((_, number) => (set >> number & 1) != 0).Select(name => "CAP_" + name)];
    }
}
