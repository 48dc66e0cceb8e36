using System.Collections.Frozen;

namespace Sandbox.Violations;

/// <summary>What a call wants, in one word for all that want the same, and what kind of thing that is.</summary>
internal readonly record struct CallKind(SandboxViolationCategory Category, string Operation)
{
    private static readonly FrozenDictionary<string, CallKind> ByName = Read().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The kind of a call by its name; a call without one of its own is an operation by itself.</summary>
    public static CallKind Of(string? call) => call is null ? new(SandboxViolationCategory.Syscall, "syscall") : ByName.TryGetValue(call, out var kind) ? kind : new(SandboxViolationCategory.Syscall, call);

    private static IEnumerable<KeyValuePair<string, CallKind>> Read() =>
    [
        .. Kinds(SandboxViolationCategory.File,
            "open: open openat openat2 creat open_by_handle_at",
            "unlink: unlink unlinkat", "rmdir: rmdir", "mkdir: mkdir mkdirat", "mknod: mknod mknodat", "rename: rename renameat renameat2", "link: link linkat",
            "symlink: symlink symlinkat", "readlink: readlink readlinkat", "chmod: chmod fchmod fchmodat fchmodat2", "chown: chown chown32 fchown fchown32 fchownat lchown lchown32",
            "stat: stat stat64 lstat lstat64 fstat fstat64 newfstatat fstatat64 statx statfs statfs64 fstatfs fstatfs64 name_to_handle_at",
            "access: access faccessat faccessat2", "truncate: truncate truncate64 ftruncate ftruncate64 fallocate", "chdir: chdir fchdir", "chroot: chroot pivot_root",
            "utime: utime utimes futimesat utimensat utimensat_time64",
            "xattr: setxattr lsetxattr fsetxattr setxattrat getxattr lgetxattr fgetxattr getxattrat listxattr llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat",
            "mount: mount move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr", "unmount: umount umount2",
            "read: read readv pread64 preadv preadv2 getdents getdents64 sendfile sendfile64 splice copy_file_range",
            "write: write writev pwrite64 pwritev pwritev2", "sync: fsync fdatasync sync_file_range syncfs", "lock: flock fcntl fcntl64",
            "ioctl: ioctl", "map: mmap mmap2 mprotect pkey_mprotect remap_file_pages", "swap: swapon swapoff", "quota: quotactl quotactl_fd", "acct: acct",
            "watch: inotify_add_watch fanotify_init fanotify_mark", "uselib: uselib", "memfd: memfd_create memfd_secret"),
        .. Kinds(SandboxViolationCategory.Network,
            "connect: connect", "bind: bind", "listen: listen", "accept: accept accept4", "send: sendto sendmsg sendmmsg", "receive: recvfrom recvmsg recvmmsg recvmmsg_time64",
            "socket: socket socketpair socketcall", "sockopt: setsockopt getsockopt", "shutdown: shutdown"),
        .. Kinds(SandboxViolationCategory.Process,
            "exec: execve execveat", "clone: clone clone3 fork vfork", "kill: kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal", "ptrace: ptrace",
            "inspect: process_vm_readv process_vm_writev pidfd_open pidfd_getfd kcmp process_madvise process_mrelease get_robust_list move_pages migrate_pages",
            "setuid: setuid setuid32 setreuid setreuid32 setresuid setresuid32 setfsuid setfsuid32 setgid setgid32 setregid setregid32 setresgid setresgid32 setfsgid setfsgid32 setgroups setgroups32",
            "capset: capset", "unshare: unshare", "setns: setns", "setpriority: setpriority nice ioprio_set sched_setscheduler sched_setparam sched_setattr sched_setaffinity",
            "rlimit: setrlimit prlimit64", "setpgid: setpgid setsid", "prctl: prctl arch_prctl", "seccomp: seccomp", "landlock: landlock_create_ruleset landlock_add_rule landlock_restrict_self"),
    ];

    private static IEnumerable<KeyValuePair<string, CallKind>> Kinds(SandboxViolationCategory category, params string[] lines) =>
        from line in lines
        let parts = line.Split(": ")
        from name in parts[1].Split(' ')
        select new KeyValuePair<string, CallKind>(name, new(category, parts[0]));
}
