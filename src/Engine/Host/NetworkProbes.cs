using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>What networks of sandboxes and packet captures need.</summary>
internal static class NetworkProbes
{
    private const string Area = "Network";

    public static IEnumerable<HostFeature> All =>
    [
        new("packet_socket", Area, "Packets of the host's interfaces can't be captured.", TryPacket),
        new("tun_device", Area, "No network for sandboxes without root: pasta needs a TUN device.", TryTun),
        new("pasta", Area, "No network for sandboxes without root.", TryPasta),
        new("nft", Area, "No filtered network for sandboxes, no address translation, no redirection.", TryNft),
    ];

    private static ProbeResult TryPacket(HostState state)
    {
        var fd = LibC.socket(17, 3 | 0x80000, 0); // AF_PACKET, SOCK_RAW|SOCK_CLOEXEC; protocol 0 receives nothing
        if (fd >= 0)
        {
            new FileDescriptor(fd).Dispose();
            return ProbeResult.Yes("socket(AF_PACKET, SOCK_RAW) in this network namespace");
        }

        var errno = LibC.errno;
        return ProbeResult.Failed("socket(AF_PACKET, SOCK_RAW)", errno, errno is Errno.EPERM or Errno.EACCES ? state.Privilege("CAP_NET_RAW") : $"This kernel ({state.Kernel}) is built without CONFIG_PACKET.");
    }

    // In a network namespace of the child's own, so that the host never sees the interface.
    private static ProbeResult TryTun(HostState state)
    {
        var plan = new ProbePlan().OwnUser().Unshare(0x40000000, "CLONE_NEWNET");
        var w = plan.Writer;
        var device = w.Call(Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), w.Text("/dev/net/tun"), PlanArgument.Value(0x80002, "O_RDWR|O_CLOEXEC"), 0);
        var request = new byte[40]; // struct ifreq
        "probe0"u8.CopyTo(request);
        request[16] = 0x01; // IFF_TUN|IFF_NO_PI
        request[17] = 0x10;
        w.Call(Syscall.Ioctl, device, PlanArgument.Value(0x400454ca, "TUNSETIFF"), w.Bytes(request, "{probe0, IFF_TUN|IFF_NO_PI}"));
        return plan.Run() is not { } failure ? ProbeResult.Yes("TUNSETIFF on /dev/net/tun in an own network namespace")
            : failure.ToResult(failure.Errno switch
            {
                Errno.EACCES => $"/dev/net/tun has mode {Mode("/dev/net/tun")}: chmod 0666 /dev/net/tun (udev's default), or run as root.",
                Errno.ENOENT or Errno.ENODEV or Errno.ENXIO => "modprobe tun; in a container pass the device in (docker: --device /dev/net/tun). The kernel needs CONFIG_TUN.",
                _ => NamespaceRemedy.For(state, failure, "network"),
            });
    }

    private static ProbeResult TryPasta(HostState state)
    {
        if (state.FindProgram("pasta") is not { } path) return ProbeResult.No("pasta is in no directory of PATH", Errno.ENOENT, state.Install("passt"));
        // Without the device pasta hangs.
        var device = TryTun(state);
        if (!device.Supported) return ProbeResult.No($"{path} is there, but: {device.Detail}", device.Errno, device.Remedy);
        if (state.FindProgram("true") is not { } program) return ProbeResult.No("there is no program true to run in it", Errno.ENOENT, state.Install("coreutils"));
        // As root it would become nobody, who can't map ids for the program.
        string[] user = state.IsRoot ? ["--runas", "0"] : [];
        var failure = ProgramRun.Try(new ProbePlan(), path, [.. user, "--config-net", "--quiet", "--", program]);
        if (failure is not null) return failure.ToResult($"Run '{path} {string.Join(' ', user)} --config-net -- {program}' to see why; it needs an interface with a default route.");
        var versioned = ProgramRun.Try(new ProbePlan(), path, ["--version"], out var version);
        return ProbeResult.Yes($"{path} ran a program in a network of its own", versioned is null ? version.Split('\n')[0] : null);
    }

    // A table in a network namespace of its own: the program and the kernel's nf_tables at once, without a trace on the host.
    private static ProbeResult TryNft(HostState state)
    {
        if (state.FindProgram("nft") is not { } path) return ProbeResult.No("nft is in no directory of PATH, /usr/sbin or /sbin", Errno.ENOENT, state.Install("nftables"));
        // As id 0 of its user namespace nft keeps the capabilities over execve(2) (capabilities(7)).
        var plan = new ProbePlan().OwnUser(inside: 0).Unshare(0x40000000, "CLONE_NEWNET");
        return ProgramRun.Try(plan, path, "add", "table", "inet", "sandbox") is not { } failure ? ProbeResult.Yes($"{path} made a table in an own network namespace")
            : failure.ToResult(failure.Text.StartsWith(path, StringComparison.Ordinal)
                ? $"The kernel needs nf_tables: modprobe nf_tables, or one with CONFIG_NF_TABLES and CONFIG_NF_TABLES_INET (this is {state.Kernel})." : NamespaceRemedy.For(state, failure, "network"));
    }

    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8).PadLeft(4, '0');
}
