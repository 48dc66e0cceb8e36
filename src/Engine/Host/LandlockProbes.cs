using System.Buffers.Binary;
using Sandbox.Hardening;
using Sandbox.Launch;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>Landlock domains in children that then try what the domain forbids (landlock(7)).</summary>
internal static class LandlockProbes
{
    private const string Area = "Landlock";
    private static readonly Syscall Bind = new("bind", 49, 200);

    // What each ABI added (Documentation/userspace-api/landlock.rst, "Previous limitations").
    private static readonly (int Abi, string Linux, string Right)[] Added =
    [
        (2, "5.19", "refer"), (3, "6.2", "truncate"), (4, "6.7", "TCP bind and connect"), (5, "6.10", "ioctl of devices"),
        (6, "6.12", "scopes of signals and abstract sockets"), (7, "6.15", "audit flags"),
    ];

    public static IEnumerable<HostFeature> All =>
    [
        new("landlock", Area, "No second lock on files behind the mounts; without namespaces no lock on files at all.", TryFiles),
        new("landlock_tcp", Area, "TcpBindPorts and TcpConnectPorts can't be enforced.", TryTcp),
        new("landlock_scope", Area, "Where the target shares the pid or network namespace it can signal and reach abstract sockets outside.", TryScope),
    ];

    private static int Abi => LandlockCreateRuleset.QueryVersion(out var errno) is > 0 and var abi ? abi : -errno;

    private static ProbeResult TryFiles(HostState state)
    {
        var (plan, w) = Domain(fileSystem: 0x8, network: 0, scoped: 0); // LANDLOCK_ACCESS_FS_READ_DIR
        w.CallRefused(Errno.EACCES, Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), w.Text("/"), PlanArgument.Value(0x80000, "O_CLOEXEC"), 0);
        if (plan.Run() is { } failure) return Failed(state, failure, "5.13");
        var abi = Abi;
        var missing = Added.Where(a => a.Abi > abi).Select(a => $"{a.Right} (Linux {a.Linux})").ToArray();
        return ProbeResult.Yes($"a domain refused opening /; {(missing.Length == 0 ? "no known right is missing" : "missing: " + string.Join(", ", missing))}", $"ABI {abi}");
    }

    private static ProbeResult TryTcp(HostState state)
    {
        var (plan, w) = Domain(0, network: 1, 0); // LANDLOCK_ACCESS_NET_BIND_TCP
        var socket = w.Call(Syscall.Socket, PlanArgument.Value(2, "AF_INET"), PlanArgument.Value(1 | 0x80000, "SOCK_STREAM|SOCK_CLOEXEC"), 0);
        w.CallRefused(Errno.EACCES, Bind, socket, w.Bytes([2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], "127.0.0.1:0"), 16);
        return plan.Run() is { } failure ? Failed(state, failure, "6.7") : ProbeResult.Yes("a domain refused bind(2) of a TCP socket", $"ABI {Abi}");
    }

    private static ProbeResult TryScope(HostState state)
    {
        var (plan, w) = Domain(0, 0, scoped: 2); // LANDLOCK_SCOPE_SIGNAL
        var parent = w.Call(Syscall.GetParentPid);
        w.CallRefused(Errno.EPERM, Syscall.Kill, parent, 0);
        return plan.Run() is { } failure ? Failed(state, failure, "6.12") : ProbeResult.Yes("a domain refused kill(2) with signal 0 of a process outside", $"ABI {Abi}");
    }

    private static (ProbePlan Plan, PlanWriter Writer) Domain(ulong fileSystem, ulong network, ulong scoped)
    {
        var plan = new ProbePlan().NoNewPrivileges();
        var attributes = new byte[scoped != 0 ? 24 : network != 0 ? 16 : 8]; // struct landlock_ruleset_attr grew with the ABI
        BinaryPrimitives.WriteUInt64LittleEndian(attributes, fileSystem);
        if (attributes.Length > 8) BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(8), network);
        if (attributes.Length > 16) BinaryPrimitives.WriteUInt64LittleEndian(attributes.AsSpan(16), scoped);
        var ruleset = plan.Writer.Call(Syscall.LandlockCreateRuleset, plan.Writer.Bytes(attributes, $"{{fs 0x{fileSystem:x}, net 0x{network:x}, scoped 0x{scoped:x}}}"), attributes.Length, 0);
        plan.Writer.Call(Syscall.LandlockRestrictSelf, ruleset, 0);
        return (plan, plan.Writer);
    }

    private static ProbeResult Failed(HostState state, ProbeFailure failure, string linux)
    {
        var abi = Abi;
        return failure.ToResult(abi > 0 ? $"{state.NeedsKernel(linux)} Its Landlock has ABI {abi}."
            : state.IsFiltered && abi == -Errno.EPERM ? "A seccomp filter on this process, as in a container, refuses Landlock: allow landlock_create_ruleset, landlock_add_rule and landlock_restrict_self."
            : new RemedyTable(state.Read).For("landlock", -abi, null)) with
        { Version = abi > 0 ? $"ABI {abi}" : null };
    }
}
