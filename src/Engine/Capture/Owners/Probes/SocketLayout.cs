using System.Runtime.InteropServices;
using Sandbox.Bpf;

namespace Sandbox.Capture;

/// <summary>Where the running kernel keeps what the owner probes read of sockets and tasks.</summary>
internal sealed class SocketLayout
{
    private static readonly Lazy<SocketLayout> OfThisKernel = new(() => new(KernelTypes.Current));

    private SocketLayout(KernelTypes types)
    {
        IsArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        (Family, State, Namespace, Cookie) = (types.Offset("sock_common", "skc_family"), types.Offset("sock_common", "skc_state"), types.Offset("sock_common", "skc_net.net"), types.Offset("sock_common", "skc_cookie"));
        (Remote4, Local4, Remote6, Local6) = (types.Offset("sock_common", "skc_daddr"), types.Offset("sock_common", "skc_rcv_saddr"), types.Offset("sock_common", "skc_v6_daddr"), types.Offset("sock_common", "skc_v6_rcv_saddr"));
        (RemotePort, LocalPort) = (types.Offset("sock_common", "skc_dport"), types.Offset("sock_common", "skc_num"));
        NamespaceCookie = types.Offset("net", "net_cookie");
        (Socket, Locked, Protocol, Type) = (types.Offset("sock", "sk_socket"), types.Offset("sock", "sk_lock.owned"), types.Offset("sock", "sk_protocol"), types.Offset("sock", "sk_type"));
        Encapsulation = types.Offset("udp_sock", "encap_type");
        (SocketFile, SocketSock) = (types.Offset("socket", "file"), types.Offset("socket", "sk"));
        (TaskFlags, Process, Thread, Name, Files) = (types.Offset("task_struct", "flags"), types.Offset("task_struct", "tgid"), types.Offset("task_struct", "pid"), types.Offset("task_struct", "comm"), types.Offset("task_struct", "files"));
        (Leader, Started, Executions) = (types.Offset("task_struct", "group_leader"), types.Offset("task_struct", "start_boottime"), types.Offset("task_struct", "self_exec_id"));
        (Credentials, User, Parent) = (types.Offset("task_struct", "real_cred"), types.Offset("cred", "euid"), types.Offset("task_struct", "real_parent"));
        (Memory, Arguments) = (types.Offset("task_struct", "mm"), types.Offset("mm_struct", "arg_start"));
        Compat = types.Offset("task_struct", IsArm64 ? "thread_info.flags" : "thread_info.status");
        Call = types.Offset("pt_regs", IsArm64 ? "syscallno" : "orig_ax");
        (Table, TableSize, TableFiles) = (types.Offset("files_struct", "fdt"), types.Offset("fdtable", "max_fds"), types.Offset("fdtable", "fd"));
        (FileInode, FileData, InodeMode) = (types.Offset("file", "f_inode"), types.Offset("file", "private_data"), types.Offset("inode", "i_mode"));
    }

    public static SocketLayout Current => OfThisKernel.Value;

    public bool IsArm64 { get; }

    // struct sock_common, with which struct sock begins
    public int Family { get; }

    public int State { get; }

    public int Namespace { get; }

    public int Cookie { get; }

    public int Remote4 { get; }

    public int Local4 { get; }

    public int Remote6 { get; }

    public int Local6 { get; }

    public int RemotePort { get; }

    /// <summary>In the order of the machine, unlike the other.</summary>
    public int LocalPort { get; }

    // struct net
    public int NamespaceCookie { get; }

    // struct sock and struct udp_sock
    public int Socket { get; }

    public int Locked { get; }

    public int Protocol { get; }

    public int Type { get; }

    public int Encapsulation { get; }

    // struct socket
    public int SocketFile { get; }

    public int SocketSock { get; }

    // struct task_struct
    public int TaskFlags { get; }

    public int Process { get; }

    public int Thread { get; }

    public int Name { get; }

    public int Leader { get; }

    public int Started { get; }

    public int Executions { get; }

    public int Parent { get; }

    public int Credentials { get; }

    public int Memory { get; }

    // struct mm_struct
    public int Arguments { get; }

    // struct cred
    public int User { get; }

    public int Files { get; }

    /// <summary>Where the mark of a 32-bit call is: TS_COMPAT of thread_info.status, TIF_32BIT of thread_info.flags on arm64.</summary>
    public int Compat { get; }

    public int CompatMask => IsArm64 ? 1 << 22 : 2;

    // struct pt_regs and files
    public int Call { get; }

    public int Table { get; }

    public int TableSize { get; }

    public int TableFiles { get; }

    public int FileInode { get; }

    public int FileData { get; }

    public int InodeMode { get; }
}
