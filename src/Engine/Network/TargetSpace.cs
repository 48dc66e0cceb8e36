using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>
/// The network namespace of a target in a user namespace of its own, and the way into it without privilege: by a process of one thread,
/// which has every capability there (setns(2)). Our own process never enters.
/// </summary>
internal sealed class TargetSpace(int pid)
{
    private const int NetworkAdministration = 12; // CAP_NET_ADMIN

    public string UserPath => FormattableString.Invariant($"/proc/{pid}/ns/user");

    public string NetworkPath => FormattableString.Invariant($"/proc/{pid}/ns/net");

    /// <summary>A socket of netlink(7) in there.</summary>
    public NetlinkSocket OpenNetlink(int protocol) => NetlinkSocket.Adopt(Open(PlanArgument.Value(16, "AF_NETLINK"), protocol));

    /// <summary>
    /// Sends a neighbour advertisement from the target's address. A pasta of 2023 has no destination for what comes in by IPv6 until it has
    /// seen a packet of the target's.
    /// </summary>
    public void Announce(IPAddress from, IPAddress to)
    {
        using var file = Open(PlanArgument.Value(10, "AF_INET6"), 58); // IPPROTO_ICMPV6
        using var handle = new SafeSocketHandle(file.Number, ownsHandle: false);
        using var socket = new Socket(handle);
        socket.Bind(new IPEndPoint(from, 0));
        byte[] advertisement = [136, 0, 0, 0, 0x20, 0, 0, 0, .. from.GetAddressBytes()]; // RFC 4861, 4.4: type, code, checksum (by the kernel), override
        socket.SendTo(advertisement, new IPEndPoint(to, 0));
    }

    /// <summary>Steps into it, so that a program executed next has CAP_NET_ADMIN there, and nothing else.</summary>
    public void EnterAsAdministrator(PlanWriter w)
    {
        Enter(w);
        var header = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(header, 0x20080522); // _LINUX_CAPABILITY_VERSION_3
        var data = new byte[24]; // two of {effective, permitted, inheritable}
        for (var i = 0; i < 3; i++) BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4 * i), 1u << NetworkAdministration);
        w.Call(Syscall.CapSet, w.Bytes(header, "{v3, 0}"), w.Bytes(data, "{CAP_NET_ADMIN}"));
        w.Call(Syscall.Prctl, PlanArgument.Value(47, "PR_CAP_AMBIENT"), PlanArgument.Value(2, "PR_CAP_AMBIENT_RAISE"), NetworkAdministration, 0, 0);
    }

    private FileDescriptor Open(PlanArgument family, int protocol) => HelperProgram.Open(w =>
    {
        Enter(w);
        w.Call(Syscall.Socket, family, PlanArgument.Value(3 | 0x80000, "SOCK_RAW|SOCK_CLOEXEC"), protocol);
    });

    // Both are opened first: from inside, the target's entry in /proc may be closed.
    private void Enter(PlanWriter w)
    {
        var files = new[] { UserPath, NetworkPath }.Select(p => w.Call(Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), w.Text(p), PlanArgument.Value(0x80000, "O_RDONLY|O_CLOEXEC"), 0)).ToArray();
        w.Call(Syscall.Setns, files[0], PlanArgument.Value(0x10000000, "CLONE_NEWUSER"));
        w.Call(Syscall.Setns, files[1], PlanArgument.Value(0x40000000, "CLONE_NEWNET"));
    }
}
