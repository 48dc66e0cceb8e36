namespace Sandbox.Seccomp;

/// <summary>
/// Calls that do the same: to refuse one of them, or to check its arguments, protects nothing while another is open, and breaks the
/// programs that use it.
/// </summary>
internal static class FamilyLint
{
    private static readonly string[][] Families =
    [
        ["open", "openat", "openat2"],
        ["execve", "execveat"],
        ["clone", "clone3", "unshare", "setns"],
        ["mount", "fsopen", "fspick", "fsconfig", "fsmount", "open_tree", "open_tree_attr", "move_mount", "mount_setattr"],
        ["kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"],
        ["send", "sendto", "sendmsg", "sendmmsg"],
        ["recv", "recvfrom", "recvmsg", "recvmmsg"],
        ["setrlimit", "prlimit64"],
        ["mprotect", "pkey_mprotect"],
        ["chmod", "fchmod", "fchmodat", "fchmodat2"],
        ["chown", "lchown", "fchown", "fchownat"],
        ["setxattr", "lsetxattr", "fsetxattr", "setxattrat"],
        ["getxattr", "lgetxattr", "fgetxattr", "getxattrat"],
        ["listxattr", "llistxattr", "flistxattr", "listxattrat"],
        ["removexattr", "lremovexattr", "fremovexattr", "removexattrat"],
        ["unlink", "unlinkat"],
        ["rename", "renameat", "renameat2"],
    ];

    public static IEnumerable<SeccompFinding> Check(SeccompPolicy policy, SeccompArchitecture architecture)
    {
        foreach (string[] family in Families)
        {
            var fates = family.Select(name => (Name: name, Fate: CallFate.Of(policy, architecture, name))).Where(member => member.Fate is { AlwaysNotImplemented: false }).ToArray();
            string[] open = [.. fates.Where(member => member.Fate!.Value.Always).Select(member => member.Name)];
            string[] closed = [.. fates.Where(member => member.Fate!.Value.Never).Select(member => member.Name)];
            string[] half = [.. fates.Where(member => member.Fate!.Value.Depends).Select(member => member.Name)];
            if (open.Length == 0 || closed.Length + half.Length == 0) continue;
            string[] said = [.. closed.Length == 0 ? [] : new[] { $"{string.Join(' ', closed)} is refused" }, .. half.Length == 0 ? [] : new[] { $"{string.Join(' ', half)} is checked by its arguments" }];
            yield return new("alternates-split", SeccompFindingSeverity.Warning, $"{string.Join(" and ", said)} while {string.Join(' ', open)}, which can do the same, is open.",
                SeccompCall.Of(architecture, open[0]), $"Treat {string.Join(", ", family)} alike, or answer the newer ones with ENOSYS.");
        }
    }
}
