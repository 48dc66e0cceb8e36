using System.Collections.Frozen;
using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>Which capability a call takes, by its arguments (capabilities(7) and the sources that it describes).</summary>
internal static class CapabilityNeeds
{
    private const ulong NewUser = 0x10000000, OtherNamespaces = 0x00020000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000 | 0x02000000 | 0x80;

    private static readonly FrozenDictionary<string, CapabilityNeed> ByName = Read(
    [
        (CapabilityPlace.Mounts, "CAP_SYS_ADMIN", "changing mounts", "mount umount umount2 pivot_root move_mount fsopen fsmount fspick mount_setattr"),
        (CapabilityPlace.Own, "CAP_SYS_CHROOT", "changing the root directory", "chroot"),
        (CapabilityPlace.HostName, "CAP_SYS_ADMIN", "changing the host's name", "sethostname setdomainname"),
        (CapabilityPlace.First, "CAP_SYS_TIME", "setting a clock", "settimeofday clock_settime clock_settime64 adjtimex clock_adjtime clock_adjtime64 stime"),
        (CapabilityPlace.Processes, "CAP_SYS_BOOT", "rebooting", "reboot"),
        (CapabilityPlace.First, "CAP_SYS_BOOT", "loading another kernel", "kexec_load kexec_file_load"),
        (CapabilityPlace.First, "CAP_SYS_ADMIN", "swap space", "swapon swapoff"),
        (CapabilityPlace.First, "CAP_SYS_MODULE", "kernel modules", "init_module finit_module delete_module"),
        (CapabilityPlace.First, "CAP_SYS_PACCT", "process accounting", "acct"),
        (CapabilityPlace.First, "CAP_SYSLOG", "the kernel's log", "syslog"),
        (CapabilityPlace.First, "CAP_SYS_RAWIO", "I/O ports", "iopl ioperm"),
        (CapabilityPlace.First, "CAP_SYS_TTY_CONFIG", "hanging up the terminal", "vhangup"),
        (CapabilityPlace.Own, "CAP_SETUID", "taking another user id", "setuid setuid32 setreuid setreuid32 setresuid setresuid32"),
        (CapabilityPlace.Own, "CAP_SETGID", "taking other group ids", "setgid setgid32 setregid setregid32 setresgid setresgid32 setgroups setgroups32"),
        (CapabilityPlace.First, "CAP_DAC_READ_SEARCH", "opening files by their handles", "open_by_handle_at"),
        (CapabilityPlace.First, "CAP_SYS_ADMIN", "watching whole file systems", "fanotify_init"),
        (CapabilityPlace.First, "CAP_IPC_LOCK", "locking memory beyond the limit of the process", "mlock mlock2 mlockall"),
        (CapabilityPlace.First, "CAP_SYS_RESOURCE", "raising a hard limit", "setrlimit prlimit64"),
        (CapabilityPlace.First, "CAP_SYS_NICE", "a higher priority or another user's process", "nice setpriority sched_setscheduler sched_setparam sched_setattr sched_setaffinity ioprio_set migrate_pages move_pages"),
        (CapabilityPlace.First, "CAP_SYS_PTRACE", "handling the kernel's page faults", "userfaultfd"),
        (CapabilityPlace.Own, "CAP_SYS_ADMIN", "a seccomp filter or a Landlock domain without no_new_privs", "seccomp landlock_restrict_self"),
        (CapabilityPlace.First, "CAP_SYS_ADMIN", "quotas", "quotactl quotactl_fd"),
    ]);

    /// <summary>Null where the call takes none, or where that isn't known.</summary>
    public static CapabilityNeed? Of(ViolationFacts facts)
    {
        var a = facts.Arguments;
        return facts.Entry?.Name switch
        {
            "mknod" when IsDevice(a[1]) => Need(CapabilityPlace.First, "a device node", "CAP_MKNOD"),
            "mknodat" when IsDevice(a[2]) => Need(CapabilityPlace.First, "a device node", "CAP_MKNOD"),
            "mknod" or "mknodat" => null,
            "open_tree" => (a[2] & 1) != 0 ? Need(CapabilityPlace.Mounts, "copying mounts", "CAP_SYS_ADMIN") : null,
            "unshare" or "clone" => Namespaces(a[0]),
            "clone3" => Namespaces(Flags(facts)),
            "setns" => (a[1] & NewUser) != 0 || a[1] == 0 ? null : Need(CapabilityPlace.Own, "entering a namespace", "CAP_SYS_ADMIN"),
            "bpf" => Sysctl.Number("kernel/unprivileged_bpf_disabled") is > 0 ? Need(CapabilityPlace.First, "bpf(2), which is closed to others (kernel.unprivileged_bpf_disabled)", "CAP_BPF", "CAP_SYS_ADMIN") : null,
            "perf_event_open" => Need(CapabilityPlace.First, "performance events (kernel.perf_event_paranoid)", "CAP_PERFMON", "CAP_SYS_ADMIN") with { Errno = facts.Errno },
            "io_uring_setup" => Sysctl.Number("kernel/io_uring_disabled") == 1 ? Need(CapabilityPlace.First, "io_uring, which is closed to others (kernel.io_uring_disabled)", "CAP_SYS_ADMIN") : null,
            "socket" => Socket(a),
            "setsockopt" => Option(a),
            "ioctl" => IsInterfaceChange((uint)a[1]) ? Need(CapabilityPlace.Network, "changing network interfaces", "CAP_NET_ADMIN") : null,
            "bind" => Bind(facts),
            "prctl" => Process(a),
            "timer_create" or "timerfd_create" => a[0] is 8 or 9 ? Need(CapabilityPlace.First, "alarm clocks that wake the machine", "CAP_WAKE_ALARM") : null,
            "fcntl" or "fcntl64" => a[1] switch
            {
                1031 => Need(CapabilityPlace.First, "a pipe larger than fs.pipe-max-size", "CAP_SYS_RESOURCE"), // F_SETPIPE_SZ
                1024 => Need(CapabilityPlace.First, "a lease on another's file", "CAP_LEASE") with { Errno = Errno.EACCES }, // F_SETLEASE
                _ => null,
            },
            "setrlimit" or "prlimit64" when IsBeyondCapabilities(facts) => null,
            "setpriority" when facts.Errno == Errno.EACCES => ByName["setpriority"] with { Errno = Errno.EACCES },
            "seccomp" or "landlock_restrict_self" when facts.NoNewPrivileges => null,
            "seccomp" => ByName["seccomp"] with { Errno = Errno.EACCES },
            { } name => ByName.GetValueOrDefault(name),
            null => null,
        };
    }

    public static CapabilityNeed Need(CapabilityPlace place, string purpose, params string[] names) => new([.. names.Select(Capability.Parse)], place, purpose, Errno.EPERM);

    private static FrozenDictionary<string, CapabilityNeed> Read((CapabilityPlace Place, string Capability, string For, string Calls)[] lines) =>
        lines.SelectMany(l => l.Calls.Split(' ').Select(c => (Call: c, Need: Need(l.Place, l.For, l.Capability)))).ToFrozenDictionary(c => c.Call, c => c.Need, StringComparer.Ordinal);

    private static bool IsDevice(ulong mode) => (mode & 0xF000) is 0x2000 or 0x6000;

    // With a user namespace of its own at once it takes none.
    private static CapabilityNeed? Namespaces(ulong? flags) =>
        flags is { } f && (f & NewUser) == 0 && (f & OtherNamespaces) != 0 ? Need(CapabilityPlace.Own, "new namespaces without a new user namespace", "CAP_SYS_ADMIN") : null;

    // struct clone_args as decoded, by the names of its flags.
    private static ulong? Flags(ViolationFacts facts)
    {
        if (facts.Decoded.FirstOrDefault(d => d.Name == "cl_args")?.Text is not { } text || !text.StartsWith("{flags=", StringComparison.Ordinal)) return null;
        ulong flags = 0;
        if (text.Contains("CLONE_NEWUSER", StringComparison.Ordinal)) flags |= NewUser;
        if (text.Contains("CLONE_NEW", StringComparison.Ordinal)) flags |= 0x00020000;
        return flags;
    }

    private static CapabilityNeed? Socket(ulong[] a)
    {
        const ulong Packet = 17, Inet = 2, Inet6 = 10, Key = 15, Raw = 3;
        return (a[0], a[1] & 0xF) switch
        {
            (Packet, _) => Need(CapabilityPlace.Network, "packet sockets", "CAP_NET_RAW"),
            (Inet or Inet6, Raw) => Need(CapabilityPlace.Network, "raw sockets", "CAP_NET_RAW"),
            (Key, _) => Need(CapabilityPlace.Network, "key management sockets", "CAP_NET_ADMIN"),
            _ => null,
        };
    }

    // SO_SNDBUFFORCE, SO_RCVBUFFORCE, SO_MARK, SO_PRIORITY; SO_BINDTODEVICE; IP_TRANSPARENT
    private static CapabilityNeed? Option(ulong[] a) => (a[1], a[2]) switch
    {
        (1, 32 or 33 or 36 or 12) => Need(CapabilityPlace.Network, "this socket option", "CAP_NET_ADMIN", "CAP_NET_RAW") with { AnyOf = a[2] is 36 or 12 ? [12, 13] : [12] },
        (1, 25) => Need(CapabilityPlace.Network, "binding to another interface", "CAP_NET_RAW"),
        (0, 19) => Need(CapabilityPlace.Network, "transparent sockets", "CAP_NET_ADMIN", "CAP_NET_RAW"),
        _ => null,
    };

    // SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFMTU, SIOCSIFNAME, SIOCSIFHWADDR, SIOCBRADDBR, SIOCADDRT
    private static bool IsInterfaceChange(uint request) => request is 0x8914 or 0x8916 or 0x891C or 0x8922 or 0x8923 or 0x8924 or 0x89A0 or 0x890B;

    private static CapabilityNeed? Bind(ViolationFacts facts) => SocketPort.Of(facts.Address) is > 0 and < 1024 and var port
        ? Need(CapabilityPlace.Network, string.Create(CultureInfo.InvariantCulture, $"binding port {port}, one below 1024"), "CAP_NET_BIND_SERVICE") with { Errno = Errno.EACCES }
        : null;

    private static CapabilityNeed? Process(ulong[] a) => (a[0], a[1]) switch
    {
        (24, _) => Need(CapabilityPlace.Own, "dropping from the bounding set", "CAP_SETPCAP"),
        (28, _) => Need(CapabilityPlace.Own, "changing the securebits", "CAP_SETPCAP"),
        (35, _) => Need(CapabilityPlace.First, "changing the memory map", "CAP_SYS_RESOURCE"),
        (47, 2) => Need(CapabilityPlace.Own, "raising an ambient capability that it hasn't got", Capability.Name((int)a[2])),
        (22, 2) => Need(CapabilityPlace.Own, "a seccomp filter without no_new_privs", "CAP_SYS_ADMIN") with { Errno = Errno.EACCES },
        _ => null,
    };

    // Nobody may have more open files than fs.nr_open.
    private static bool IsBeyondCapabilities(ViolationFacts facts)
    {
        const int OpenFiles = 7;
        var at = facts.Entry?.Name == "prlimit64" ? 1 : 0;
        if (facts.Entry?.Name is not ("prlimit64" or "setrlimit") || (int)facts.Arguments[at] != OpenFiles) return false;
        var text = facts.Decoded.FirstOrDefault(d => d.Text.StartsWith("{rlim_cur=", StringComparison.Ordinal))?.Text;
        var most = text is null ? null : text[(text.LastIndexOf('=') + 1)..].TrimEnd('}');
        return !ulong.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > (ulong)(Sysctl.Number("fs/nr_open") ?? 0);
    }
}
