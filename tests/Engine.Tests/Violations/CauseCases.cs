using Sandbox.Seccomp;
using static Sandbox.SandboxViolationCause;
using World = Sandbox.Tests.Violations.CauseWorld;

namespace Sandbox.Tests.Violations;

/// <summary>The labelled set.</summary>
internal static class CauseCases
{
    private const string ReadOnly = "0", WriteOnly = "1", Create = "0x41", NoAccessTime = "0x40000";

    public static IReadOnlyList<CauseCase> All { get; } =
    [
        // Owner, mode, access list, attributes; the caller is 54321 without a group but its own.
        new("another's secret", World.User, $"open {{D}}/secret {ReadOnly}", "openat", "EACCES", FilePermission, "/secret: mode 0600, owner 0:0", "54321", "no CAP_DAC_READ_SEARCH") { Suggestion = "" },
        new("another's secret, the caller has ended", World.User, $"open {{D}}/secret {ReadOnly}", "openat", "EACCES", FilePermission, "/secret: mode 0600") { Dead = true },
        new("another's secret by openat2", World.User, $"openat2 {{D}}/secret {ReadOnly}", "openat2", "EACCES", FilePermission, "/secret: mode 0600"),
        new("a readable file, to write", World.User, $"open {{D}}/readable {WriteOnly}", "openat", "EACCES", FilePermission, "/readable: mode 0644", "write permission", "no CAP_DAC_OVERRIDE"),
        new("a directory that nobody else may search", World.User, $"open {{D}}/closed/file {ReadOnly}", "openat", "EACCES", FilePermission, "/closed: mode 0700", "search permission"),
        new("a group that may only read", World.User, $"open {{D}}/group-reads {WriteOnly}", "openat", "EACCES", FilePermission, "/group-reads: mode 0640, owner 0:54322", "write permission") { Groups = "54322" },
        new("a group that may less than others", World.User, $"open {{D}}/group-less {ReadOnly}", "openat", "EACCES", FilePermission, "/group-less: mode 0604, owner 0:54322", "read permission") { Groups = "54322" },
        new("a group that may less than others, its member has ended", World.User, $"open {{D}}/group-less {ReadOnly}", "openat", "EACCES", Unknown, "/group-less", "groups of the caller, which aren't known") { Groups = "54322", Dead = true },
        new("an access list with an entry for the caller", World.User, $"open {{D}}/listed {ReadOnly}", "openat", "EACCES", FilePermission, "/listed: mode 0644", "access list"),
        new("another's file in a sticky directory", World.User, "unlink {D}/sticky/file", "unlinkat", "EPERM", FilePermission, "/sticky is sticky (mode 01777)", "no CAP_FOWNER"),
        new("another's file in a sticky directory, to rename", World.User, "rename {D}/sticky/file {D}/sticky/new", "renameat2", "EPERM", FilePermission, "/sticky is sticky"),
        new("an entry of another's directory, to remove", World.User, "unlink {D}/secret", "unlinkat", "EACCES", FilePermission, "write and search permission"),
        new("a directory of another's directory, to remove", World.User, "rmdir {D}/closed", "unlinkat", "EACCES", FilePermission, "write and search permission"),
        new("a new directory in another's", World.User, "mkdir {D}/new", "mkdirat", "EACCES", FilePermission, "mode 0755, owner 0:0", "write and search permission"),
        new("a new file in another's directory", World.User, $"open {{D}}/new {Create}", "openat", "EACCES", FilePermission, "mode 0755, owner 0:0", "write and search permission"),
        new("a new link in another's directory", World.User, "symlink {D}/new", "symlinkat", "EACCES", FilePermission, "write and search permission"),
        new("one's own file into another's directory", World.User, "rename {D}/mine/file {D}/new", "renameat2", "EACCES", FilePermission, "mode 0755, owner 0:0"),
        new("another's mode", World.User, "chmod {D}/readable", "fchmodat", "EPERM", FilePermission, "only its owner may change its mode", "no CAP_FOWNER"),
        new("another's times", World.User, "times {D}/readable", "utimensat", "EPERM", FilePermission, "only its owner may set its times"),
        new("another's file without its access time", World.User, $"open {{D}}/readable {NoAccessTime}", "openat", "EPERM", FilePermission, "O_NOATIME"),
        new("a program that isn't executable", World.User, "exec {D}/readable", "execve", "EACCES", FilePermission, "/readable: mode 0644", "execute permission"),
        new("a directory, to execute", World.User, "exec {D}/mine", "execve", "EACCES", FilePermission, "no regular file"),
        new("a script whose interpreter isn't executable", World.User, "exec {D}/script", "execve", "EACCES", FilePermission, "/readable: mode 0644", "execute permission"),
        new("a directory to enter", World.User, "chdir {D}/closed", "chdir", "EACCES", FilePermission, "/closed: mode 0700"),
        new("a file, whether it may be written", World.User, "access {D}/readable 2", "faccessat", "EACCES", FilePermission, "write permission"),
        new("another's file to cut", World.User, "truncate {D}/readable", "truncate", "EACCES", FilePermission, "write permission"),
        new("a link to another's secret", World.User, $"open {{D}}/to-secret {ReadOnly}", "openat", "EACCES", FilePermission, "/secret: mode 0600"),
        new("a link of links out of an open directory", World.User, $"open {{D}}/mine/out {ReadOnly}", "openat", "EACCES", FilePermission, "/closed: mode 0700"),
        new("relative to a directory that the caller couldn't reach itself", World.User, $"-c {{D}}/closed/inner open file {ReadOnly}", "openat", "EACCES", FilePermission, "/closed/inner/file: mode 0600"),
        new("a hard link to another's secret", World.User, "link {D}/secret {D}/mine/link", "linkat", "EPERM", FilePermission, "fs.protected_hardlinks is 1") { Needs = ("fs/protected_hardlinks", 1) },
        new("another's link in a sticky directory", World.User, $"open {{D}}/sticky/link {ReadOnly}", "openat", "EACCES", FilePermission, "fs.protected_symlinks") { Needs = ("fs/protected_symlinks", 1) },
        new("a unix socket that may not be written", World.User, "connectunix {D}/socket", "connect", "EACCES", FilePermission, "/socket: mode 0600", "write permission"),
        new("a unix socket in another's directory", World.User, "bindunix {D}/new-socket", "bind", "EACCES", FilePermission, "write and search permission"),
        new("an immutable file, for root", World.Root, $"open {{D}}/immutable {WriteOnly}", "openat", "EPERM", FilePermission, "immutable attribute"),
        new("an immutable file, to remove", World.Root, "unlink {D}/immutable", "unlinkat", "EPERM", FilePermission, "immutable attribute"),
        new("an append-only file, to write anywhere", World.Root, $"open {{D}}/append {WriteOnly}", "openat", "EPERM", FilePermission, "append-only attribute"),
        new("a file that is gone when it is looked at", World.User, $"-undo {{D}}/mine/gone open {{D}}/mine/gone {ReadOnly}", "openat", "EACCES", Unknown, "/mine/gone isn't there now"),
        new("a file that was opened to all meanwhile", World.User, $"-allow {{D}}/mine/late open {{D}}/mine/late {ReadOnly}", "openat", "EACCES", Unknown, "let the caller through"),
        new("a filter of the caller's own that may have been it", World.User, $"-f open {{D}}/secret {ReadOnly}", "openat", "EACCES", Unknown, "1 seccomp filter that this module doesn't know", "Without it: ", "/secret: mode 0600"),

        // Capabilities of an ordinary user.
        new("one's own file to another", World.User, "chown {D}/mine/file 0 -1", "fchownat", "EPERM", Capability, "CAP_CHOWN"),
        new("another user id", World.User, "setuid 0", "setuid", "EPERM", Capability, "CAP_SETUID", "no capability") { Suggestion = "" },
        new("another user id, the caller has ended", World.User, "setuid 0", "setuid", "EPERM", Capability, "CAP_SETUID") { Dead = true },
        new("other groups", World.User, "setgroups", "setgroups", "EPERM", Capability, "CAP_SETGID"),
        new("the host's name", World.User, "hostname", "sethostname", "EPERM", Capability, "CAP_SYS_ADMIN", "the host's name"),
        new("the clock", World.User, "settime", "clock_settime", "EPERM", Capability, "CAP_SYS_TIME"),
        new("another root", World.User, "chroot {D}", "chroot", "EPERM", Capability, "CAP_SYS_CHROOT"),
        new("another root that may not be searched", World.User, "chroot {D}/closed", "chroot", "EACCES", FilePermission, "/closed: mode 0700"),
        new("a mount", World.User, "mount {D}", "mount", "EPERM", Capability, "CAP_SYS_ADMIN", "mounts"),
        new("the end of a mount", World.User, "umount /proc", "umount2", "EPERM", Capability, "CAP_SYS_ADMIN"),
        new("a network namespace", World.User, "unshare 0x40000000", "unshare", "EPERM", Capability, "CAP_SYS_ADMIN", "namespaces"),
        new("a signal to root's process", World.User, "kill {TEST}", "kill", "EPERM", Capability, "CAP_KILL", "user 0's"),
        new("root's memory", World.User, "vmread {TEST}", "process_vm_readv", "EPERM", Capability, "CAP_SYS_PTRACE"),
        new("a raw socket", World.User, "raw", "socket", "EPERM", Capability, "CAP_NET_RAW"),
        new("a packet socket", World.User, "packet", "socket", "EPERM", Capability, "CAP_NET_RAW"),
        new("a low port", World.User, "bind 81", "bind", "EACCES", Capability, "CAP_NET_BIND_SERVICE", "port 81"),
        new("a higher hard limit", World.User, "rlimit", "prlimit64", "EPERM", Capability, "CAP_SYS_RESOURCE"),
        new("a higher priority", World.User, "priority", "setpriority", "EACCES", Capability, "CAP_SYS_NICE"),
        new("locked memory", World.User, "mlockall", "mlockall", "EPERM", Capability, "CAP_IPC_LOCK"),
        new("swap space", World.User, "swapon {D}/readable", "swapon", "EPERM", Capability, "CAP_SYS_ADMIN"),
        new("accounting", World.User, "acct {D}/readable", "acct", "EPERM", Capability, "CAP_SYS_PACCT"),
        new("the end of a terminal session", World.User, "vhangup", "vhangup", "EPERM", Capability, "CAP_SYS_TTY_CONFIG"),
        new("the machine's restart", World.User, "reboot", "reboot", "EPERM", Capability, "CAP_SYS_BOOT"),
        new("bpf", World.User, "bpf", "bpf", "EPERM", Capability, "CAP_BPF") { Needs = ("kernel/unprivileged_bpf_disabled", 1) },
        new("a device node in one's own directory", World.User, "mknod {D}/mine/node 0x2180 0x103", "mknodat", "EPERM", Capability, "CAP_MKNOD"),
        new("a trusted attribute of one's own file", World.User, "trusted {D}/mine/file", "setxattr", "EPERM", Capability, "CAP_SYS_ADMIN"),
        new("a filter of the caller's own before a capability", World.User, "-f hostname", "sethostname", "EPERM", Unknown, "1 seccomp filter", "CAP_SYS_ADMIN"),
        new("nobody listens", World.User, "connect 9", "connect", "ECONNREFUSED", SandboxViolationCause.Network, "inet 127.0.0.1:9"),

        // A private root.
        new("a read-only path", World.Open, $"open {{D}}/readable {WriteOnly}", "openat", "EROFS", ReadOnlyMount, "/readable is on the mount {D}", "ro,") { Suggestion = "-WritablePath '{D}/readable'" },
        new("a read-only path, the sandbox has ended", World.Open, $"open {{D}}/readable {WriteOnly}", "openat", "EROFS", ReadOnlyMount, "/readable is on the mount {D}") { Dead = true, Suggestion = "-WritablePath" },
        new("a new directory in the system", World.Open, "mkdir /usr/new", "mkdirat", "EROFS", ReadOnlyMount, "/usr/new is on the mount /usr"),
        new("a link from one read-only mount to another", World.Open, $"open {{D}}/to-usr {Create}", "openat", "EROFS", ReadOnlyMount, "is on the mount /usr"),
        new("a read-only path and a filter of the program's own", World.Open, $"-f open {{D}}/readable {WriteOnly}", "openat", "EROFS", ReadOnlyMount, "is on the mount {D}"),
        new("another's file in a writable path", World.Open, $"open {{D}}/users {WriteOnly}", "openat", "EACCES", FilePermission, "/users: mode 0600, owner 54321:54321", "write permission") { Change = Writable, Suggestion = "-WritablePath '{D}/users'" },
        new("the same, to read", World.Open, $"open {{D}}/users {ReadOnly}", "openat", "EACCES", FilePermission, "/users: mode 0600, owner 54321:54321", "read permission") { Dead = true, Suggestion = "-ReadOnlyPath '{D}/users'" },
        new("the same, with a capability that only counts inside", World.Open, $"open {{D}}/users {ReadOnly}", "openat", "EACCES", FilePermission, "CAP_DAC_READ_SEARCH doesn't count") { Change = r => r with { Profile = r.Profile with { KeepCapabilities = ["CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH"] } } },
        new("a hidden directory", World.Open, $"open {{D}}/open/file {ReadOnly}", "openat", "EACCES", FilePermission, "/open: mode 0000", "hidden in this sandbox") { Change = r => r with { Profile = r.Profile with { HiddenPaths = [r.Profile.ReadOnlyPaths[0] + "/open"] } }, Suggestion = "Leave '{D}/open' out of -HiddenPath" },
        new("a program on a mount without programs", World.Open, "exec /proc/version", "execve", "EACCES", Unknown, "/proc, which is noexec"),
        new("a device node in a writable place", World.Open, "mknod /tmp/node 0x2180 0x103", "mknodat", "EACCES", Landlock, "doesn't grant fs.make_char", "fs.make_reg"),
        new("the loopback interface of its own", World.Open, "connect 9", "connect", "ECONNREFUSED", SandboxViolationCause.Network, "only the loopback interface") { Suggestion = "-Network Host" },
        new("a mount in a domain", World.Open, "mount /tmp", "mount", "EPERM", Landlock, "lets nobody change mounts"),
        new("the end of a mount in a domain", World.Open, "umount /tmp", "umount2", "EPERM", Capability, "CAP_SYS_ADMIN"),
        new("another root inside", World.Open, "chroot /usr", "chroot", "EPERM", Capability, "CAP_SYS_CHROOT") { Suggestion = "-KeepCapability CAP_SYS_CHROOT" },
        new("the clock, with the capability in a user namespace", World.Open, "settime", "clock_settime", "EPERM", Capability, "first user namespace", "CAP_SYS_TIME") { Change = r => r with { Profile = r.Profile with { KeepCapabilities = ["CAP_SYS_TIME"] } }, Suggestion = "" },
        new("a signal to PID 1", World.Open, "kill 1", "kill", "EPERM", Landlock, "scope.signal"),

        // Filters.
        new("a call that no rule has", World.Strict, "hostname", "sethostname", "EPERM", SandboxViolationCause.Seccomp, "'strict'", "sethostname") { Suggestion = "-AllowSyscall sethostname" },
        new("a call that no rule has, the sandbox has ended", World.Strict, "mount /tmp", "mount", "EPERM", SandboxViolationCause.Seccomp, "'strict'") { Dead = true, Suggestion = "mount" },
        new("a rule of a policy", World.Open, "mkdir /tmp/new", "mkdirat", "EACCES", SandboxViolationCause.Seccomp, "'some'", "Errno(EACCES)", "its rule 1") { Change = r => r with { SeccompPolicy = Some(13) }, Suggestion = "mkdirat" },
        new("a rule of a policy where the mount refuses too", World.Open, "mkdir /usr/new", "mkdirat", "EROFS", SandboxViolationCause.Seccomp, "Errno(EROFS)") { Change = r => r with { SeccompPolicy = Some(30) } },
        new("a policy that says otherwise, and a filter of the program's own", World.Open, "-f mkdir /tmp/new", "mkdirat", "EACCES", SandboxViolationCause.Seccomp, "Errno(ENOSYS)", "filters that the program added") { Change = r => r with { SeccompPolicy = Some(38) } },
        new("a policy that allows, and a filter of the program's own", World.Open, "-f mkdir /tmp/new", "mkdirat", "EACCES", Unknown, "1 seccomp filter that this module doesn't know"),
        new("a deny list", World.Landlock, "mkdir {W}/new", "mkdirat", "EPERM", SandboxViolationCause.Seccomp, "mkdirat") { Change = r => r with { Profile = r.Profile with { DenySyscalls = ["mkdirat"] } } },

        // A Landlock domain over the host's root, with all capabilities.
        new("a file outside of the domain's writable places", World.Landlock, $"open {{D}}/readable {WriteOnly}", "openat", "EACCES", Landlock, "fs.write_file", "/readable", "fs.execute,fs.read_file,fs.read_dir") { Suggestion = "-WritablePath '{D}/readable'" },
        new("the same, the sandbox has ended", World.Landlock, $"open {{D}}/readable {WriteOnly}", "openat", "EACCES", Landlock, "fs.write_file") { Dead = true },
        new("a new file outside", World.Landlock, $"open {{D}}/new {Create}", "openat", "EACCES", Landlock, "fs.make_reg") { Suggestion = "-WritablePath '{D}'" },
        new("a new directory outside", World.Landlock, "mkdir {D}/new", "mkdirat", "EACCES", Landlock, "fs.make_dir"),
        new("an entry outside, to remove", World.Landlock, "unlink {D}/readable", "unlinkat", "EACCES", Landlock, "fs.remove_file"),
        new("a directory outside, to remove", World.Landlock, "rmdir {D}/closed", "unlinkat", "EACCES", Landlock, "fs.remove_dir"),
        new("a new link outside", World.Landlock, "symlink {D}/new", "symlinkat", "EACCES", Landlock, "fs.make_sym"),
        new("a file outside, to cut", World.Landlock, "truncate {D}/readable", "truncate", "EACCES", Landlock, "fs.truncate"),
        new("a link in the allowed tree that leads out of it", World.Landlock, $"open {{W}}/out {WriteOnly}", "openat", "EACCES", Landlock, "fs.write_file", "{D}/readable"),
        new("relative, out of the allowed tree", World.Landlock, $"open ../readable {WriteOnly}", "openat", "EACCES", Landlock, "fs.write_file", "{D}/readable"),
        new("a file from the allowed tree to outside", World.Landlock, "rename {W}/users {D}/new", "renameat2", "EACCES", Landlock, "doesn't grant fs.make_reg for {D}/new"),
        new("both would refuse, the mode comes first", World.Landlock, $"open {{D}}/users {WriteOnly}", "openat", "EACCES", FilePermission, "/users: mode 0600", "no CAP_DAC_OVERRIDE") { Change = NoCapabilities, Suggestion = "-KeepCapability CAP_DAC_OVERRIDE" },
        new("both would refuse, Landlock comes first", World.Landlock, "mkdir {D}/theirs/new", "mkdirat", "EACCES", Landlock, "fs.make_dir") { Change = NoCapabilities },
        new("the mode alone, in a writable place", World.Landlock, $"open {{W}}/users {WriteOnly}", "openat", "EACCES", FilePermission, "/users: mode 0600") { Change = NoCapabilities },
        new("a port that isn't listed", World.Landlock, "connect 9", "connect", "EACCES", Landlock, "net.connect_tcp for port 9", "it grants 80") { Change = r => r with { Profile = r.Profile with { TcpConnectPorts = [80] } }, Suggestion = "-TcpConnectPort 80,9" },
        new("a port that is listed and where nobody listens", World.Landlock, "connect 9", "connect", "ECONNREFUSED", SandboxViolationCause.Network, "127.0.0.1:9") { Change = r => r with { Profile = r.Profile with { TcpConnectPorts = [9] } } },
        new("a port to listen at", World.Landlock, "bind 8123", "bind", "EACCES", Landlock, "net.bind_tcp for port 8123") { Change = r => r with { Profile = r.Profile with { TcpBindPorts = [] } } },
        new("an abstract socket outside", World.Landlock, "connectunix @{SOCKET}", "connect", "EPERM", Landlock, "scope.abstract_unix_socket"),
        new("a mount with all capabilities", World.Landlock, "mount {D}", "mount", "EPERM", Landlock, "lets nobody change mounts"),
        new("the end of a mount with all capabilities", World.Landlock, "umount /proc", "umount2", "EPERM", Landlock, "lets nobody change mounts"),
        new("a signal to outside", World.Landlock, "kill {TEST}", "kill", "EPERM", Landlock, "scope.signal", "outside"),
        new("the memory of a process outside", World.Landlock, "vmread {TEST}", "process_vm_readv", "EPERM", Landlock, "outside"),
    ];

    private static LaunchRequest Writable(LaunchRequest request) => request with { Profile = request.Profile with { WritablePaths = request.Profile.ReadOnlyPaths, ReadOnlyPaths = [] } };

    private static LaunchRequest NoCapabilities(LaunchRequest request) => request with { Profile = request.Profile with { DropCapabilities = true } };

    private static SeccompPolicy Some(int errno) => new("some", SeccompAction.Allow, [new SeccompRule(["mkdirat"], SeccompAction.Errno, errno)]);
}
