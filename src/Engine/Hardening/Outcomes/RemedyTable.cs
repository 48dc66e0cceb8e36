using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>What to do about a failed protection, from what this machine's own files say.</summary>
public sealed class RemedyTable
{
    private readonly Func<string, string?> _read;

    /// <summary>With another reader of files, which returns null for what isn't there.</summary>
    public RemedyTable(Func<string, string?>? read = null) => _read = read ?? ReadFile;

    /// <summary>The remedy for a row's name, the errno and the call that failed; null when nothing better than the errno is known.</summary>
    public string? For(string name, int errno, string? call) =>
        (name.EndsWith("_namespace", StringComparison.Ordinal) ? Namespace(name, errno)
        : name.StartsWith("landlock", StringComparison.Ordinal) ? Landlock(errno)
        : name.StartsWith("seccomp", StringComparison.Ordinal) ? Seccomp(errno)
        : name.StartsWith("rlimit_", StringComparison.Ordinal) ? ResourceLimit(name, errno)
        : name.StartsWith("cgroup_", StringComparison.Ordinal) ? Cgroup(errno)
        : name.StartsWith("identity", StringComparison.Ordinal) || name is "uid_map" or "gid_map" ? Identity(errno)
        : call == "memfd_create" ? Memfd(errno)
        : call == "mount_setattr" && errno == Errno.EINVAL ? "This file system takes no idmapped mounts (mount_setattr(2)): use a directory on ext4, xfs, btrfs or tmpfs, start as an ordinary user, or use identity Caller."
        : call is "mount" or "fsmount" or "move_mount" or "open_tree" or "mount_setattr" or "pivot_root" ? Mount(name, errno)
        : null) ?? (call is null ? null : ErrnoTable.Remedy(call, errno));

    private string? Namespace(string name, int errno)
    {
        string kind = name[..^"_namespace".Length];
        string limit = $"/proc/sys/user/max_{kind switch { "mount" => "mnt", "network" => "net", var k => k }}_namespaces";
        if (errno is Errno.EPERM or Errno.EACCES or Errno.ENOSPC && Number(limit) == 0)
            return $"{limit} is 0: sysctl {Sysctl(limit)}=10000.";
        if (errno == Errno.ENOSPC)
            return $"{limit} ({Value(limit) ?? "unreadable"}) is used up, here or in a namespace above, or namespaces are nested 32 deep: raise it with sysctl {Sysctl(limit)}=N.";
        if (errno is Errno.EPERM or Errno.EACCES)
        {
            if (Number("/proc/sys/kernel/unprivileged_userns_clone") == 0)
                return "This kernel refuses user namespaces to ordinary users: sysctl kernel.unprivileged_userns_clone=1, or run as root.";
            if (Number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
                return "AppArmor restricts user namespaces of ordinary users: give pwsh a profile with 'userns,' (apparmor.d(5)), or sysctl kernel.apparmor_restrict_unprivileged_userns=0, or run as root.";
            return kind == "user"
                ? "Something outside refuses user namespaces: a container's seccomp policy (allow clone, unshare and setns with CLONE_NEWUSER), a security module, or a chroot (user_namespaces(7))."
                : $"Ask for the User namespace too, which grants the right to make the {kind} namespace, or run as root.";
        }

        return errno is Errno.EINVAL or Errno.ENOSYS ? $"This kernel has no {kind} namespaces; use a newer kernel, or a profile without it." : null;
    }

    private string? Landlock(int errno) => errno switch
    {
        Errno.ENOSYS => "This kernel was built without Landlock: use one with CONFIG_SECURITY_LANDLOCK (Linux 5.13 or later), or a profile without it.",
        Errno.EOPNOTSUPP when Value("/sys/kernel/security/lsm") is { } list && !list.Split(',').Contains("landlock") =>
            $"Landlock isn't among the enabled security modules: boot with lsm=landlock,{list}.",
        Errno.EOPNOTSUPP => "Landlock is disabled at boot: add landlock to the lsm= list on the kernel's command line.",
        Errno.E2BIG => "16 Landlock domains are stacked already (landlock(7)); start PowerShell outside of some of them.",
        Errno.EPERM => "Landlock needs no_new_privs or CAP_SYS_ADMIN: set NoNewPrivileges in the profile.",
        _ => null,
    };

    private string? Seccomp(int errno) => errno switch
    {
        Errno.EACCES => "A filter needs no_new_privs or CAP_SYS_ADMIN: set NoNewPrivileges in the profile.",
        Errno.EOPNOTSUPP or Errno.EINVAL when Value("/proc/sys/kernel/seccomp/actions_avail") is { } actions =>
            $"This kernel has the actions {actions}; use a policy with only these, or a newer kernel.",
        Errno.EINVAL or Errno.ENOSYS => "This kernel was built without seccomp filters (CONFIG_SECCOMP_FILTER), or a container hides /proc/sys/kernel/seccomp.",
        Errno.ENOMEM => "The filters of this process and those above it are together too long (32768 instructions, seccomp(2)); use a shorter policy.",
        Errno.EBUSY => "A filter with a notification listener is installed already; one tree can have only one.",
        _ => null,
    };

    private static string? ResourceLimit(string name, int errno) => errno switch
    {
        Errno.EPERM => $"The limit is above the hard limit of this process, which only CAP_SYS_RESOURCE may raise: ask for less, or raise {name["rlimit_".Length..]} in limits.conf(5) or systemd's Limit settings.",
        Errno.EINVAL => "The kernel doesn't know this limit or the value.",
        _ => null,
    };

    private static string? Cgroup(int errno) => errno is Errno.EPERM or Errno.EACCES
        ? "This process's cgroup isn't delegated: run as root, or " + CgroupRemedy.Delegated : null;

    private string? Identity(int errno) => errno switch
    {
        Errno.EPERM when Number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1 =>
            "AppArmor strips the capabilities of a new user namespace: give pwsh a profile with 'userns,' (apparmor.d(5)), or sysctl kernel.apparmor_restrict_unprivileged_userns=0.",
        Errno.EPERM => "The id map isn't permitted: a user may map only its own id, or ranges of /etc/subuid and /etc/subgid through newuidmap(1) and newgidmap(1).",
        Errno.ENOENT => "newuidmap(1) and newgidmap(1) are missing: install the uidmap package.",
        _ => null,
    };

    private string? Memfd(int errno) => errno is Errno.EACCES or Errno.EPERM && Number("/proc/sys/vm/memfd_noexec") is 2
        ? "sysctl vm.memfd_noexec=2 refuses executable memory files: set it to 0 or 1, or let the launcher run from a file." : null;

    private string? Mount(string name, int errno)
    {
        if (errno is not (Errno.EPERM or Errno.EACCES))
            return errno == Errno.EINVAL && name.Contains("pivot") ? "The old root can't be pivoted away from, as on an initramfs: use a root on a real mount." : null;
        // The kernel lets a user namespace mount proc only where the one that it sees isn't partly covered (fs/namespace.c, mount_too_revealing).
        if (name.Contains("proc") && CoveredProc() is { } covered)
            return $"/proc is partly covered here ({covered}), as containers do, so the kernel refuses a new one: run the container with an uncovered /proc (podman: --security-opt unmask=/proc/*, docker: --security-opt systempaths=unconfined), or use a profile with Root Host.";
        return Number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1
            ? "AppArmor strips the capabilities of a new user namespace: give pwsh a profile with 'userns,' (apparmor.d(5)), or sysctl kernel.apparmor_restrict_unprivileged_userns=0."
            : "Mounting needs a mount namespace owned by the sandbox's user namespace, and no Landlock domain or security module that forbids it; in a container allow mount, or run as root.";
    }

    private string? CoveredProc() => _read("/proc/self/mountinfo") is { } text
        && MountInfo.Parse(text).Where(m => m.MountPoint.StartsWith("/proc/", StringComparison.Ordinal)
            && m.FileSystemType is not ("binfmt_misc" or "autofs" or "nfsd")).Select(m => m.MountPoint).FirstOrDefault() is { } point ? point : null;

    private string? Value(string path) => _read(path)?.Trim();

    private long? Number(string path) => long.TryParse(Value(path), out long value) ? value : null;

    private static string Sysctl(string path) => path["/proc/sys/".Length..].Replace('/', '.');

    private static string? ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
