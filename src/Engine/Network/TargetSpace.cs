using System.Buffers.Binary;
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
    public NetlinkSocket OpenSocket(int protocol) => NetlinkSocket.Adopt(HelperProgram.Open(w =>
    {
        Enter(w);
        w.Call(Syscall.Socket, PlanArgument.Value(16, "AF_NETLINK"), PlanArgument.Value(3 | 0x80000, "SOCK_RAW|SOCK_CLOEXEC"), protocol);
    }));

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

    // Both are opened first: from inside, the target's entry in /proc may be closed.
    private void Enter(PlanWriter w)
    {
        var files = new[] { UserPath, NetworkPath }.Select(p => w.Call(Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), w.Text(p), PlanArgument.Value(0x80000, "O_RDONLY|O_CLOEXEC"), 0)).ToArray();
        w.Call(Syscall.Setns, files[0], PlanArgument.Value(0x10000000, "CLONE_NEWUSER"));
        w.Call(Syscall.Setns, files[1], PlanArgument.Value(0x40000000, "CLONE_NEWNET"));
    }
}
