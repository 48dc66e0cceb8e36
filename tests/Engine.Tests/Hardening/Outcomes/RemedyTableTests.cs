using Sandbox.Hardening;
using Sandbox.Native;

namespace Sandbox.Tests.Hardening.Outcomes;

public sealed class RemedyTableTests
{
    private const string AppArmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", Clone = "/proc/sys/kernel/unprivileged_userns_clone";
    private const string Lsm = "/sys/kernel/security/lsm", Actions = "/proc/sys/kernel/seccomp/actions_avail", Mounts = "/proc/self/mountinfo";

    [Theory]
    [InlineData("user_namespace", Errno.EPERM, "unshare", AppArmor, "1\n", "apparmor.d(5)")]
    [InlineData("user_namespace", Errno.EPERM, "unshare", AppArmor, "0\n", "container's seccomp policy")]
    [InlineData("user_namespace", Errno.EPERM, "unshare", Clone, "0\n", "kernel.unprivileged_userns_clone=1")]
    [InlineData("user_namespace", Errno.ENOSPC, "unshare", "/proc/sys/user/max_user_namespaces", "0\n", "sysctl user.max_user_namespaces=10000")]
    [InlineData("mount_namespace", Errno.ENOSPC, "unshare", "/proc/sys/user/max_mnt_namespaces", "7\n", "(7) is used up")]
    [InlineData("network_namespace", Errno.EPERM, "unshare", "/proc/sys/user/max_net_namespaces", "0\n", "sysctl user.max_net_namespaces")]
    [InlineData("pid_namespace", Errno.EPERM, "unshare", Clone, "1\n", "Ask for the User namespace too")]
    [InlineData("time_namespace", Errno.EINVAL, "unshare", Clone, "1\n", "no time namespaces")]
    [InlineData("landlock", Errno.EOPNOTSUPP, "landlock_create_ruleset", Lsm, "capability,yama\n", "lsm=landlock,capability,yama.")]
    [InlineData("landlock", Errno.EOPNOTSUPP, "landlock_create_ruleset", "none", "", "kernel's command line")]
    [InlineData("landlock", Errno.ENOSYS, "landlock_create_ruleset", "none", "", "CONFIG_SECURITY_LANDLOCK")]
    [InlineData("landlock", Errno.E2BIG, "landlock_restrict_self", "none", "", "16 Landlock domains")]
    [InlineData("landlock", Errno.EPERM, "landlock_restrict_self", "none", "", "no_new_privs")]
    [InlineData("seccomp", Errno.EINVAL, "seccomp", Actions, "kill_process errno allow\n", "the actions kill_process errno allow;")]
    [InlineData("seccomp", Errno.EINVAL, "seccomp", "none", "", "CONFIG_SECCOMP_FILTER")]
    [InlineData("seccomp", Errno.EACCES, "seccomp", "none", "", "NoNewPrivileges")]
    [InlineData("seccomp", Errno.EBUSY, "seccomp", "none", "", "listener")]
    [InlineData("seccomp", Errno.ENOMEM, "seccomp", "none", "", "32768")]
    [InlineData("rlimit_nofile", Errno.EPERM, "prlimit64", "none", "", "raise nofile")]
    [InlineData("cgroup_memory", Errno.EACCES, "mkdir", "none", "", "Delegate=yes")]
    [InlineData("uid_map", Errno.EPERM, "write", "none", "", "/etc/subuid")]
    [InlineData("identity", Errno.ENOENT, "execve", "none", "", "uidmap package")]
    [InlineData("gid_map", Errno.EPERM, "write", AppArmor, "1", "strips the capabilities")]
    [InlineData("launcher", Errno.EACCES, "memfd_create", "/proc/sys/vm/memfd_noexec", "2\n", "vm.memfd_noexec=2")]
    [InlineData("mount_proc", Errno.EPERM, "mount", Mounts, "1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / /proc rw - proc proc rw\n3 2 0:3 / /proc/kcore rw - tmpfs t rw\n", "partly covered here (/proc/kcore)")]
    [InlineData("mount_proc", Errno.EPERM, "mount", Mounts, "2 1 0:2 / /proc rw - proc proc rw\n3 2 0:3 / /proc/sys/fs/binfmt_misc rw - binfmt_misc t rw\n", "owned by the sandbox's user namespace")]
    [InlineData("root", Errno.EPERM, "mount", AppArmor, "1", "AppArmor strips")]
    [InlineData("pivot_root", Errno.EINVAL, "pivot_root", "none", "", "initramfs")]
    [InlineData("anything", Errno.EMFILE, "open", "none", "", "ulimit -n")]
    public void EachBranchIsDrawnFromTheMachinesState(string row, int errno, string call, string file, string content, string expected) =>
        Assert.Contains(expected, new RemedyTable(path => path == file ? content : null).For(row, errno, call));

    [Fact]
    public void NothingIsInventedWhereNothingIsKnown() => Assert.Null(new RemedyTable(_ => null).For("anything", 0, null));

    [Fact]
    public void TheMachinesOwnFilesAreRead() => Assert.NotNull(new RemedyTable().For("user_namespace", Errno.ENOSPC, "unshare"));
}
