namespace Sandbox.Seccomp;

/// <summary>Calls that do the same: to refuse one of them protects nothing while another is open, and breaks the programs that use it.</summary>
internal static class FamilyLint
{
    private static readonly string[][] Families =
    [
        ["openat", "openat2"],
        ["execve", "execveat"],
        ["clone", "clone3", "unshare", "setns"],
        ["mount", "fsmount", "move_mount", "mount_setattr"],
        ["kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"],
        ["sendto", "sendmsg", "sendmmsg"],
        ["recvfrom", "recvmsg", "recvmmsg"],
        ["setrlimit", "prlimit64"],
        ["mprotect", "pkey_mprotect"],
        ["fchmod", "fchmodat", "fchmodat2"],
        ["setxattr", "lsetxattr", "fsetxattr", "setxattrat"],
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
            if (open.Length == 0 || closed.Length == 0) continue;
            yield return new("alternates-split", SeccompFindingSeverity.Warning, $"{string.Join(' ', closed)} is refused while {string.Join(' ', open)}, which can do the same, is open.",
                SeccompCall.Of(architecture, open[0]), $"Treat {string.Join(", ", family)} alike, or answer the newer ones with ENOSYS.");
        }
    }
}
