using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>A system call that launch plans use: its name and its number on both architectures (syscall_64.tbl, asm-generic/unistd.h).</summary>
internal readonly record struct Syscall(string Name, int X64, int Arm64)
{
    /// <summary>The number on this machine.</summary>
    public int Number => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Arm64 : X64;

    public static readonly Syscall
        Write = new("write", 1, 64), Close = new("close", 3, 57), Ioctl = new("ioctl", 16, 29), Socket = new("socket", 41, 198),
        Kill = new("kill", 62, 129), Fcntl = new("fcntl", 72, 25), Chdir = new("chdir", 80, 49), Umask = new("umask", 95, 166),
        GetParentPid = new("getppid", 110, 173), SetSession = new("setsid", 112, 157), SetGroups = new("setgroups", 116, 159),
        SetResUid = new("setresuid", 117, 147), SetResGid = new("setresgid", 119, 149), CapSet = new("capset", 126, 91),
        PivotRoot = new("pivot_root", 155, 41), Prctl = new("prctl", 157, 167), Mount = new("mount", 165, 40),
        Umount = new("umount2", 166, 39), SetHostName = new("sethostname", 170, 161), SetDomainName = new("setdomainname", 171, 162),
        KeyControl = new("keyctl", 250, 219), OpenAt = new("openat", 257, 56), MkdirAt = new("mkdirat", 258, 34),
        SymlinkAt = new("symlinkat", 266, 36), Unshare = new("unshare", 272, 97), Prlimit = new("prlimit64", 302, 261),
        SetProcessMask = new("rt_sigprocmask", 14, 135), SetAction = new("rt_sigaction", 13, 134), Seccomp = new("seccomp", 317, 277),
        Execve = new("execve", 59, 221), OpenTree = new("open_tree", 428, 428), MoveMount = new("move_mount", 429, 429),
        PidFdOpen = new("pidfd_open", 434, 434), PidFdSendSignal = new("pidfd_send_signal", 424, 424),
        CloseRange = new("close_range", 436, 436), OpenAt2 = new("openat2", 437, 437), MountSetAttr = new("mount_setattr", 442, 442),
        LandlockCreateRuleset = new("landlock_create_ruleset", 444, 444), LandlockAddRule = new("landlock_add_rule", 445, 445),
        LandlockRestrictSelf = new("landlock_restrict_self", 446, 446), Futex = new("futex", 202, 98), ProcessVmRead = new("process_vm_readv", 310, 270), Setns = new("setns", 308, 268), Allocate = new("fallocate", 285, 47);

    /// <summary>The launcher's own operations have negative numbers on every architecture.</summary>
    public static Syscall Operation(string name, int number) => new(name, number, number);
}
