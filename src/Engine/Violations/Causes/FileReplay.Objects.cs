using System.Text;
using Sandbox.Hardening;
using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>Calls that use an object that is there.</summary>
internal sealed partial class FileReplay
{
    private CheckResult Open()
    {
        if (OpenFlags.Of(Facts) is not { } flags) return CheckResult.Undecided("the flags of the call couldn't be read");
        var walk = Walk(Facts.Path, follow: !flags.Has("O_NOFOLLOW") && !(flags.Has("O_CREAT") && flags.Has("O_EXCL")));
        if (!walk.Result.IsPass || flags.Has("O_PATH")) return walk.Result;
        var rights = (flags.Reads ? LandlockAccessFs.ReadFile : 0) | (flags.Writes ? LandlockAccessFs.WriteFile : 0) | (flags.Has("O_TRUNC") ? LandlockAccessFs.Truncate : 0);
        if (walk.Object is not { } file)
        {
            return !flags.Has("O_CREAT") ? Missing(walk) : First(
                () => Create(walk, LandlockAccessFs.MakeReg),
                () => LandlockReplay.Path(query, walk.ParentChain, rights & ~LandlockAccessFs.Truncate, walk.Path));
        }

        if (flags.Has("O_TMPFILE") || flags.Has("__O_TMPFILE")) return First(() => Permission(file, WriteSearch), () => LandlockReplay.Path(query, walk.Chain, rights, walk.Path));
        if (file.IsDirectory) rights = flags.Reads ? LandlockAccessFs.ReadDir : 0;
        return First(
            () => flags.Has("O_CREAT") ? InSticky(walk, file) : CheckResult.Passes,
            () => file.IsDevice ? Mounted(file, "nodev", "devices there can't be opened") : CheckResult.Passes,
            () => Permission(file, (flags.Reads ? PermissionCheck.Read : 0) | (flags.Writes ? PermissionCheck.Write : 0)),
            () => file.IsAppendOnly && flags.Writes && (flags.Has("O_TRUNC") || !flags.Has("O_APPEND")) ? Unchangeable(file) : CheckResult.Passes,
            () => flags.Has("O_NOATIME") ? OwnerOnly(file, "open it with O_NOATIME") : CheckResult.Passes,
            () => LandlockReplay.Path(query, walk.Chain, rights, walk.Path),
            () => file.IsOnProc ? CheckResult.Undecided($"{file.Path} is of /proc, whose files have rules of their own") : CheckResult.Passes);
    }

    // /proc/sys/fs/protected_regular and _fifos (fs/namei.c, may_create_in_sticky)
    private CheckResult InSticky(PathWalk walk, Inode file)
    {
        const int Sticky = 0x200, OthersWrite = 0x2, GroupWrite = 0x10, Fifo = 0x1000;
        var directory = walk.Parent;
        if ((directory.Mode & Sticky) == 0 || file.Owner == Caller.User || file.Owner == directory.Owner || !(file.IsRegular || file.Type == Fifo)) return CheckResult.Passes;
        var name = file.IsRegular ? "protected_regular" : "protected_fifos";
        var level = Sysctl.Number("fs/" + name);
        if (level is null or 0 || !((directory.Mode & OthersWrite) != 0 || (level >= 2 && (directory.Mode & GroupWrite) != 0))) return CheckResult.Passes;
        return PermissionCheck.Refused(Errno.EACCES, $"{file.Path}: O_CREAT on a file of user {Id(file.Owner)} in a sticky directory that others may write (fs.{name} is {level}).", null);
    }

    private CheckResult Execute() => Execute(Walk(Facts.Path, follow: true), depth: 0);

    private CheckResult Execute(PathWalk walk, int depth)
    {
        const int MostInterpreters = 4;
        if (!walk.Result.IsPass) return walk.Result;
        if (walk.Object is not { } file) return Missing(walk);
        if (!file.IsRegular) return PermissionCheck.Refused(Errno.EACCES, $"{file.Path} is no regular file, which alone can be executed.", null);
        var result = First(
            () => Mounted(file, "noexec", "nothing there can be executed"),
            () => Permission(file, PermissionCheck.Execute),
            () => LandlockReplay.Path(query, walk.Chain, LandlockAccessFs.Execute, walk.Path));
        if (!result.IsPass || depth >= MostInterpreters) return result;
        return Interpreter(file) is { } interpreter ? Execute(WalkOf(new("", interpreter), follow: true), depth + 1) : CheckResult.Passes;
    }

    // The first line of a script (execve(2)); the error of its interpreter is the script's.
    private static string? Interpreter(Inode file)
    {
        var head = file.Head(256);
        if (head.Length < 3 || head[0] != '#' || head[1] != '!') return null;
        var line = Encoding.UTF8.GetString(head)[2..].Split('\n')[0].Trim(' ', '\t');
        var path = line.Split(' ', '\t')[0];
        return path.StartsWith('/') ? path : null;
    }

    // Neither the file's permissions nor a read-only mount: what a mount's options forbid has no cause of its own.
    private CheckResult Mounted(Inode file, string option, string what) => query.MountOf(file) is { } mount && mount.Options.Contains(option)
        ? CheckResult.Undecided($"{file.Path} is on the mount {mount.MountPoint}, which is {option}: {what}")
        : CheckResult.Passes;

    private CheckResult Access(ulong mode, ulong flags)
    {
        const ulong Effective = 0x200, NoFollow = 0x100; // AT_EACCESS, AT_SYMLINK_NOFOLLOW
        var wanted = (int)mode & 7;
        if ((flags & Effective) == 0 && Facts.User != Facts.FileUser) return CheckResult.Undecided("access(2) asks by the real ids, and the caller's differ");
        // By the real user's capabilities, which the securebits decide (access(2)).
        if ((flags & Effective) == 0 && Facts.User != 0 && (Caller.Has(1) || Caller.Has(2))) return CheckResult.Undecided("access(2) may have left the caller's capabilities out");
        var walk = Walk(Facts.Path, follow: (flags & NoFollow) == 0);
        if (!walk.Result.IsPass) return walk.Result;
        if (walk.Object is not { } file) return Missing(walk);
        return First(() => (wanted & PermissionCheck.Execute) != 0 && file.IsRegular ? Mounted(file, "noexec", "nothing there can be executed") : CheckResult.Passes, () => Permission(file, wanted));
    }

    private CheckResult Truncate()
    {
        var walk = Walk(Facts.Path, follow: true);
        return First(
            () => Object(walk, PermissionCheck.Write),
            () => walk.Object!.IsAppendOnly ? Unchangeable(walk.Object) : CheckResult.Passes,
            () => LandlockReplay.Path(query, walk.Chain, LandlockAccessFs.Truncate, walk.Path));
    }

    private CheckResult Owned(PathWalk walk, string what)
    {
        if (!walk.Result.IsPass) return walk.Result;
        if (walk.Object is not { } file) return Missing(walk);
        return First(() => Unchangeable(file), () => OwnerOnly(file, what));
    }

    private CheckResult Chown(bool follow, int user, int group)
    {
        var walk = Walk(Facts.Path, follow);
        if (!walk.Result.IsPass) return walk.Result;
        if (walk.Object is not { } file) return Missing(walk);
        if (Unchangeable(file) is { IsPass: false } unchangeable) return unchangeable;
        var owns = file.Owner == Caller.User;
        // Inside another user namespace the ids of the call aren't the host's.
        var same = query.InInitialUserNamespace && user == (int)file.Owner;
        var keepsUser = user == -1 || (owns && same);
        var keepsGroup = group == -1 || (owns && query.InInitialUserNamespace && (group == (int)file.Group || Caller.IsMember((uint)group) == true));
        if (keepsUser && keepsGroup) return CheckResult.Passes;
        return Caller.HasOver(ChangeOwner, file) switch
        {
            true => CheckResult.Passes,
            null => CheckResult.Undecided($"whether the caller's CAP_CHOWN counts for {file.Path} isn't known"),
            false => CheckResult.Refuses(Errno.EPERM, SandboxViolationCause.Capability, $"{PermissionCheck.Describe(file)}: to give it another owner takes CAP_CHOWN; the caller is {Caller}, {Caller.Lacks(ChangeOwner)}.", CauseSuggestion.Capability(query, ChangeOwner)),
        };
    }

    private CheckResult Times()
    {
        var walk = Walk(Facts.Path, follow: true);
        if (!walk.Result.IsPass) return walk.Result;
        if (walk.Object is not { } file) return Missing(walk);
        if (file.IsImmutable) return Unchangeable(file);
        if (Facts.Errno == Errno.EPERM) return OwnerOnly(file, "set its times");
        return file.Owner == Caller.User || Caller.HasOver(Fowner, file) == true ? CheckResult.Passes : Permission(file, PermissionCheck.Write);
    }

    private CheckResult Attribute()
    {
        const int SystemAdministration = 21;
        var walk = Walk(Facts.Path, follow: !query.Call.StartsWith('l'));
        if (!walk.Result.IsPass) return walk.Result;
        if (walk.Object is not { } file) return Missing(walk);
        if (Unchangeable(file) is { IsPass: false } unchangeable) return unchangeable;
        var name = Facts.Decoded.FirstOrDefault(d => d.Name == "name")?.Text ?? "";
        if (name.StartsWith("user.", StringComparison.Ordinal)) return Permission(file, PermissionCheck.Write);
        if (name.StartsWith("system.posix_acl", StringComparison.Ordinal)) return OwnerOnly(file, "change its access list");
        if (!name.StartsWith("trusted.", StringComparison.Ordinal) || (Caller.Has(SystemAdministration) && query.InInitialUserNamespace)) return CheckResult.Passes;
        return CheckResult.Refuses(Errno.EPERM, SandboxViolationCause.Capability, $"{name} of {file.Path}: trusted attributes take CAP_SYS_ADMIN in the first user namespace, which the caller hasn't got.", CauseSuggestion.Capability(query, SystemAdministration));
    }
}
