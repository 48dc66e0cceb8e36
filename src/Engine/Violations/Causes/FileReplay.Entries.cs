using Sandbox.Hardening;
using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>Calls that make, remove or move entries of directories.</summary>
internal sealed partial class FileReplay
{
    private const int WriteSearch = PermissionCheck.Write | PermissionCheck.Execute;

    private CheckResult Make(LandlockAccessFs right)
    {
        var walk = Walk(Facts.Path, follow: false);
        if (!walk.Result.IsPass) return walk.Result;
        if (walk.Object is not null) return CheckResult.Undecided($"{walk.Path} is there now");
        return Create(walk, right);
    }

    private CheckResult Create(PathWalk walk, LandlockAccessFs right) => First(
        () => LandlockReplay.Path(query, walk.ParentChain, right, walk.Path),
        () => Permission(walk.Parent, WriteSearch));

    private CheckResult Remove(bool directory)
    {
        var walk = Walk(Facts.Path, follow: false);
        if (!walk.Result.IsPass) return walk.Result;
        if (walk.Object is not { } file) return Missing(walk);
        return First(
            () => LandlockReplay.Path(query, walk.ParentChain, directory ? LandlockAccessFs.RemoveDir : LandlockAccessFs.RemoveFile, walk.Path),
            () => MayDelete(walk.Parent, file));
    }

    // fs/namei.c, may_delete
    private CheckResult MayDelete(Inode directory, Inode file) => First(
        () => Permission(directory, WriteSearch),
        () => directory.IsAppendOnly ? Unchangeable(directory) : CheckResult.Passes,
        () => Sticky(directory, file),
        () => Unchangeable(file));

    private CheckResult Sticky(Inode directory, Inode file)
    {
        const int StickyBit = 0x200;
        if ((directory.Mode & StickyBit) == 0 || file.Owner == Caller.User || directory.Owner == Caller.User) return CheckResult.Passes;
        return Caller.HasOver(Fowner, file) switch
        {
            true => CheckResult.Passes,
            null => CheckResult.Undecided($"{directory.Path} is sticky, and whether the caller's CAP_FOWNER counts there isn't known"),
            false => PermissionCheck.Refused(Errno.EPERM, $"{directory.Path} is sticky (mode 0{Convert.ToString(directory.Mode, 8)}): only the owner of {file.Path}, {Id(file.Owner)}, or of the directory, {Id(directory.Owner)}, may remove it; the caller is {Caller}, {Caller.Lacks(Fowner)}.", null),
        };
    }

    private CheckResult Rename()
    {
        var from = Walk(Facts.Path, follow: false);
        if (!from.Result.IsPass) return from.Result;
        var to = Walk(Facts.Destination, follow: false);
        if (!to.Result.IsPass) return to.Result;
        if (from.Object is not { } file) return Missing(from);
        return First(
            () => LandlockReplay.Path(query, from.ParentChain, file.IsDirectory ? LandlockAccessFs.RemoveDir : LandlockAccessFs.RemoveFile, from.Path),
            () => LandlockReplay.Path(query, to.ParentChain, MakeRight(file) | (to.Object is null ? 0 : to.Object.IsDirectory ? LandlockAccessFs.RemoveDir : LandlockAccessFs.RemoveFile), to.Path),
            () => MayDelete(from.Parent, file),
            () => to.Object is { } replaced ? MayDelete(to.Parent, replaced) : Permission(to.Parent, WriteSearch),
            () => file.IsDirectory && from.Parent.Identity != to.Parent.Identity ? Permission(file, PermissionCheck.Write) : CheckResult.Passes);
    }

    private CheckResult Link()
    {
        var from = Walk(Facts.Path, follow: query.Call == "linkat" && (Argument[4] & 0x400) != 0);
        if (!from.Result.IsPass) return from.Result;
        if (from.Object is not { } file) return Missing(from);
        var to = Walk(Facts.Destination, follow: false);
        if (!to.Result.IsPass) return to.Result;
        return First(
            () => LinkIsProtected(file),
            () => LandlockReplay.Path(query, to.ParentChain, MakeRight(file), to.Path),
            () => Permission(to.Parent, WriteSearch),
            () => Unchangeable(file));
    }

    // /proc/sys/fs/protected_hardlinks (proc_sys_fs(5)): others' files only where one may read and write them, and never special ones.
    private CheckResult LinkIsProtected(Inode file)
    {
        if (file.Owner == Caller.User || Sysctl.Number("fs/protected_hardlinks") != 1) return CheckResult.Passes;
        var fowner = Caller.HasOver(Fowner, file);
        if (fowner == true) return CheckResult.Passes;
        var special = !file.IsRegular || (file.Mode & 0x800) != 0 || (file.Mode & 0x408) == 0x408;
        var access = special ? CheckResult.Passes : Permission(file, PermissionCheck.Read | PermissionCheck.Write);
        if (!special && access.IsPass) return CheckResult.Passes;
        if (fowner is null || access.Verdict == Verdict.Undecided) return CheckResult.Undecided($"whether the caller may link {file.Path} isn't known");
        return PermissionCheck.Refused(Errno.EPERM, $"{PermissionCheck.Describe(file)}: a hard link to another's file that the caller, {Caller}, may not read and write (fs.protected_hardlinks is 1).", null);
    }

    private static LandlockAccessFs MakeRight(Inode file) => file.IsDirectory ? LandlockAccessFs.MakeDir : file.IsLink ? LandlockAccessFs.MakeSym : NodeRight((ulong)file.Type);
}
