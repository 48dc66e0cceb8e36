using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>What to do when a group or a limit can't be made.</summary>
internal static class CgroupRemedy
{
    public const string Delegated =
        "systemd-run --user --scope -p Delegate=yes sh -c 'd=/sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup); "
        + "mkdir $d/" + CgroupLayout.HostGroupName + " && echo $$ > $d/" + CgroupLayout.HostGroupName + "/cgroup.procs && exec pwsh'";

    public static string Missing(string controller, CgroupLayout layout) => layout.Hierarchies.Count == 0
        ? "Mount a cgroup file system: mount -t cgroup2 none /sys/fs/cgroup."
        : $"The {controller} controller isn't handed down to this process's group. Run as root where it is mounted, or start PowerShell in a delegated group: {Delegated}";

    public static string? For(int errno, string file, CgroupHierarchy hierarchy) => errno switch
    {
        Errno.EACCES or Errno.EPERM when hierarchy.IsUnified =>
            $"{hierarchy.Directory} isn't delegated to this user. Run as root, or start PowerShell in a delegated group: {Delegated}",
        Errno.EACCES or Errno.EPERM =>
            $"Run as root, or let root give this user a group of cgroup v1: mkdir {hierarchy.Directory}/$USER && chown -R $USER {hierarchy.Directory}/$USER, and move the shell into it.",
        Errno.EROFS => "The cgroup file system is mounted read-only, as containers do; start the container with a writable one (for example --cgroupns=private and a writable /sys/fs/cgroup).",
        Errno.EBUSY when file.EndsWith("cgroup.subtree_control", StringComparison.Ordinal) =>
            $"{hierarchy.Directory} has processes of its own, and such a group can't hand out controllers (cgroups(7), no internal processes). Start PowerShell in a child of it named {CgroupLayout.HostGroupName}: {Delegated}",
        Errno.EBUSY => "The group already uses more than the limit; raise the limit.",
        Errno.EAGAIN or Errno.ENOSPC => $"A limit on the number of groups is reached; raise cgroup.max.descendants and cgroup.max.depth above {hierarchy.Directory}, or remove unused groups.",
        Errno.ENOENT => $"{file} doesn't exist: this kernel's controller lacks it, or the group was removed meanwhile.",
        Errno.EINVAL => "The kernel refused the value; the limits of the groups above may be lower than it.",
        _ => null,
    };
}
