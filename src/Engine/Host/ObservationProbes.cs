using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>The sources of denial and trace events.</summary>
internal static class ObservationProbes
{
    private const string Area = "Observation";
    private static readonly Syscall Bpf = new("bpf", 321, 280);

    public static IEnumerable<HostFeature> All =>
    [
        new("audit_multicast", Area, "Denials of processes that weren't started by this module can't be followed without loss.", AuditProbe.Try),
        new("kernel_log", Area, "Without the audit socket either, denials of other processes can't be seen at all.", TryKernelLog),
        new("bpf_program", Area, "No tracing by eBPF: calls are seen by notification only, at a higher cost.", TryProgram),
        new("bpf_ring_buffer", Area, "Events of eBPF programs can't be delivered.", TryRingBuffer),
    ];

    // /dev/kmsg: each read(2) is one record (Documentation/ABI/testing/dev-kmsg).
    private static unsafe ProbeResult TryKernelLog(HostState state)
    {
        try
        {
            using var log = FileDescriptor.Open("/dev/kmsg", LibC.O_RDONLY | LibC.O_NONBLOCK);
            Check.Result("lseek", (long)LibC.lseek(log.Number, 0, 0), "SEEK_SET");
            var record = stackalloc byte[8192];
            for (var attempt = 0; ; attempt++)
            {
                var length = (long)LibC.read(log.Number, record, 8192);
                if (length > 0) return ProbeResult.Yes($"/dev/kmsg gave its record {System.Text.Encoding.UTF8.GetString(record, (int)length).Split(',', 3)[1]}");
                var errno = LibC.errno;
                // EPIPE: the record was overwritten meanwhile; the next read gives the oldest that is left.
                if (errno == Errno.EAGAIN) return ProbeResult.Yes("/dev/kmsg opened; it holds no record");
                if (errno != Errno.EPIPE || attempt == 8) return ProbeResult.Failed("read of /dev/kmsg", errno, state.Privilege("CAP_SYSLOG"));
            }
        }
        catch (ErrnoException e)
        {
            return ProbeResult.No(e.Message, e.Errno, e.Errno switch
            {
                Errno.EPERM when state.Sysctl("kernel.dmesg_restrict") == "1" && !state.HasCapability("CAP_SYSLOG") => "Run as root, grant CAP_SYSLOG, or sysctl -w kernel.dmesg_restrict=0 (it is 1).",
                Errno.EACCES => "Only root may open /dev/kmsg here: run as root, or grant this user access to the device and CAP_SYSLOG.",
                Errno.ENOENT => "This root has no /dev/kmsg, as in a container: pass the device in (docker: --device /dev/kmsg).",
                _ => state.Privilege("CAP_SYSLOG"),
            });
        }
    }

    private static unsafe ProbeResult TryProgram(HostState state)
    {
        var code = stackalloc ulong[] { 0x00000000000000b7, 0x0000000000000095 }; // r0 = 0; exit
        fixed (byte* license = "GPL\0"u8)
        {
            var attributes = stackalloc byte[72]; // union bpf_attr, BPF_PROG_LOAD: type, count, instructions, license
            new Span<byte>(attributes, 72).Clear();
            *(uint*)attributes = 17; // BPF_PROG_TYPE_RAW_TRACEPOINT
            *(uint*)(attributes + 4) = 2;
            *(ulong**)(attributes + 8) = code;
            *(byte**)(attributes + 16) = license;
            var fd = (int)(long)LibC.syscall(Bpf.Number, 5, attributes, 72);
            if (fd < 0) return ProbeResult.Failed("bpf(BPF_PROG_LOAD)", LibC.errno, BpfRemedy(state, LibC.errno, "4.17"));
            new FileDescriptor(fd).Dispose();
            return ProbeResult.Yes("the verifier took a raw_tracepoint program of two instructions");
        }
    }

    private static unsafe ProbeResult TryRingBuffer(HostState state)
    {
        var attributes = stackalloc byte[72]; // BPF_MAP_CREATE: type, key size, value size, entries
        new Span<byte>(attributes, 72).Clear();
        *(uint*)attributes = 27; // BPF_MAP_TYPE_RINGBUF
        *(uint*)(attributes + 12) = (uint)Environment.SystemPageSize;
        var fd = (int)(long)LibC.syscall(Bpf.Number, 0, attributes, 72);
        if (fd < 0) return ProbeResult.Failed("bpf(BPF_MAP_CREATE)", LibC.errno, BpfRemedy(state, LibC.errno, "5.8"));
        using var map = new FileDescriptor(fd);
        var page = LibC.mmap(null, Environment.SystemPageSize, 3, 1, fd, 0); // the consumer's page: PROT_READ|PROT_WRITE, MAP_SHARED
        if ((nint)page == -1) return ProbeResult.Failed("mmap of a ring buffer", LibC.errno, BpfRemedy(state, LibC.errno, "5.8"));
        Check.Result("munmap", LibC.munmap(page, Environment.SystemPageSize));
        return ProbeResult.Yes("a ring buffer map was made and its consumer page mapped");
    }

    private static string BpfRemedy(HostState state, int errno, string linux) => errno switch
    {
        Errno.ENOSYS => $"{state.NeedsKernel(linux)} It must be built with CONFIG_BPF_SYSCALL.",
        Errno.EINVAL => state.NeedsKernel(linux),
        Errno.ENOMEM => $"Locked memory is limited on kernels before 5.11: raise RLIMIT_MEMLOCK (ulimit -l). This is {state.Kernel}.",
        _ when !state.HasCapability("CAP_BPF") && !state.HasCapability("CAP_SYS_ADMIN") =>
            $"Run as root, or grant CAP_BPF and CAP_PERFMON (kernel.unprivileged_bpf_disabled is {state.Sysctl("kernel.unprivileged_bpf_disabled") ?? "absent"}).",
        _ => state.Read("/sys/kernel/security/lockdown") is { } lockdown && lockdown.Contains("[confidentiality]", StringComparison.Ordinal)
            ? "The kernel is locked down (confidentiality): boot without it." : state.Privilege("CAP_BPF"),
    };
}
