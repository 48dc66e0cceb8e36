using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>
/// The namespaces, each by a call of its own so that each has a status of its own; user first, because it brings the capabilities for
/// the others; pid last, because only a child is in it.
/// </summary>
internal static class NamespaceSteps
{
    private static readonly (NamespaceKinds Kind, string Row, long Flag, string FlagName)[] Kinds =
    [
        (NamespaceKinds.Mount, "mount_namespace", 0x00020000, "CLONE_NEWNS"),
        (NamespaceKinds.Ipc, "ipc_namespace", 0x08000000, "CLONE_NEWIPC"),
        (NamespaceKinds.Uts, "uts_namespace", 0x04000000, "CLONE_NEWUTS"),
        (NamespaceKinds.Network, "network_namespace", 0x40000000, "CLONE_NEWNET"),
        (NamespaceKinds.Cgroup, "cgroup_namespace", 0x02000000, "CLONE_NEWCGROUP"),
        (NamespaceKinds.Time, "time_namespace", 0x00000080, "CLONE_NEWTIME"),
    ];

    /// <summary>In the launcher, before it forks PID 1.</summary>
    public static void Add(PlanContext c)
    {
        if (c.OwnUser) AddUser(c);
        foreach (var (kind, row, flag, flagName) in Kinds)
        {
            if ((c.Profile.Namespaces & kind) == 0)
            {
                c.NotRequested(row, "the caller's namespace");
                continue;
            }

            c.Begin(row, e => e.OwnNamespace(kind));
            c.Writer.Call(Syscall.Unshare, PlanArgument.Value(flag, flagName));
        }

        if (c.OwnPid)
        {
            c.Begin("pid_namespace", e => e.OwnNamespace(NamespaceKinds.Pid));
            c.Writer.Call(Syscall.Operation("clone", PlanFormat.OperationInit), PlanArgument.Value(0x20000000, "CLONE_NEWPID|CLONE_PARENT"));
        }
        else
        {
            c.NotRequested("pid_namespace", "the caller's namespace");
        }
    }

    /// <summary>In PID 1: what new namespaces need to be usable.</summary>
    public static void Prepare(PlanContext c)
    {
        if ((c.Profile.Namespaces & NamespaceKinds.Uts) != 0)
        {
            c.Begin("uts_namespace", e => e.OwnNamespace(NamespaceKinds.Uts));
            c.Writer.Call(Syscall.SetHostName, c.Writer.Text("sandbox"), 7);
        }

        if ((c.Profile.Namespaces & NamespaceKinds.Network) != 0)
        {
            c.Begin("loopback", e => e.LoopbackUp());
            var socket = c.Writer.Call(Syscall.Socket, PlanArgument.Value(2, "AF_INET"), PlanArgument.Value(2 | 0x80000, "SOCK_DGRAM|SOCK_CLOEXEC"), 0);
            c.Writer.Requires = socket;
            var request = new byte[40]; // struct ifreq
            "lo"u8.CopyTo(request);
            request[16] = 0x41; // IFF_UP|IFF_RUNNING
            c.Writer.Call(Syscall.Ioctl, socket, PlanArgument.Value(0x8914, "SIOCSIFFLAGS"), c.Writer.Bytes(request, "{lo, IFF_UP|IFF_RUNNING}"));
            c.Writer.Call(Syscall.Close, socket);
            c.Writer.Requires = null;
        }
    }

    private static void AddUser(PlanContext c)
    {
        var mode = c.Profile.Identity;
        c.Begin("user_namespace", e => e.OwnUserNamespace(c.Identity, mode));
        var unshare = c.Writer.Call(Syscall.Unshare, PlanArgument.Value(0x10000000, "CLONE_NEWUSER"));
        c.Writer.Requires = unshare;
        if (c.Identity.NeedsMapGate(mode))
        {
            c.Writer.Call(Syscall.Operation("gate", PlanFormat.OperationGate), PlanArgument.Value(PlanFormat.MessageMapMe, "map ids"), PlanFormat.GateMapped);
        }
        else
        {
            WriteFile(c, "/proc/self/setgroups", "deny");
            WriteFile(c, "/proc/self/uid_map", $"{c.Identity.CallerUid} {c.Identity.CallerUid} 1\n");
            WriteFile(c, "/proc/self/gid_map", $"{c.Identity.CallerGid} {c.Identity.CallerGid} 1\n");
        }

        // Root keeps its capabilities in the namespace over this: 0 has no meaning in it, so nothing is given up (capabilities(7)).
        c.Begin("identity", e => e.Ids(c.Identity, mode));
        var uid = c.Identity.InsideUid(mode);
        var gid = c.Identity.InsideGid(mode);
        if (c.Identity.IsRoot) c.Writer.Call(Syscall.SetGroups, 0, 0);
        c.Writer.Call(Syscall.SetResGid, gid, gid, gid);
        c.Writer.Call(Syscall.SetResUid, uid, uid, uid);
        c.Writer.Requires = null;
    }

    private static void WriteFile(PlanContext c, string path, string text)
    {
        var file = c.Writer.Call(Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), c.Writer.Text(path), PlanArgument.Value(0x80001, "O_WRONLY|O_CLOEXEC"), 0);
        c.Writer.CallReturning(text.Length, Syscall.Write, file, c.Writer.Text(text), text.Length);
        c.Writer.Call(Syscall.Close, file);
    }
}
