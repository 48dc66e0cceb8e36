using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>
/// The checks of a call with paths, in the kernel's order (fs/namei.c, fs/open.c, fs/attr.c): the way to the object; for a new or removed
/// entry Landlock and then its directory; for an object its permissions and then Landlock. The first that doesn't pass is the answer.
/// </summary>
internal sealed partial class FileReplay(CauseQuery query) : IDisposable
{
    private const int ChangeOwner = 0, Fowner = 3; // CAP_CHOWN, CAP_FOWNER
    private readonly List<PathWalk> _walks = [];

    private ViolationFacts Facts => query.Facts;

    private CallerIdentity Caller => query.Caller;

    private ulong[] Argument => Facts.Arguments;

    /// <summary>Passes for a call without a path.</summary>
    public CheckResult Run() => query.Call switch
    {
        "open" or "openat" or "openat2" or "creat" => Open(),
        "execve" or "execveat" => Execute(),
        "access" => Access(Argument[1], 0),
        "faccessat" => Access(Argument[2], 0),
        "faccessat2" => Access(Argument[2], Argument[3]),
        "truncate" or "truncate64" => Truncate(),
        "mkdir" or "mkdirat" => Make(LandlockAccessFs.MakeDir),
        "mknod" => Make(NodeRight(Argument[1])),
        "mknodat" => Make(NodeRight(Argument[2])),
        "symlink" or "symlinkat" => Make(LandlockAccessFs.MakeSym),
        "unlink" => Remove(directory: false),
        "rmdir" => Remove(directory: true),
        "unlinkat" => Remove((Argument[2] & 0x200) != 0),
        "rename" or "renameat" or "renameat2" => Rename(),
        "link" or "linkat" => Link(),
        "chmod" or "fchmodat" or "fchmodat2" or "fchmod" => Owned(Walk(Facts.Path, follow: true), "change its mode"),
        "chown" or "chown32" or "fchown" or "fchown32" => Chown(follow: true, (int)Argument[1], (int)Argument[2]),
        "lchown" or "lchown32" => Chown(follow: false, (int)Argument[1], (int)Argument[2]),
        "fchownat" => Chown((Argument[4] & 0x100) == 0, (int)Argument[2], (int)Argument[3]),
        "utime" or "utimes" or "futimesat" or "utimensat" or "utimensat_time64" => Times(),
        "setxattr" or "lsetxattr" or "fsetxattr" or "setxattrat" or "removexattr" or "lremovexattr" or "fremovexattr" or "removexattrat" => Attribute(),
        "chdir" or "chroot" => Object(Walk(Facts.Path, follow: true), PermissionCheck.Execute),
        "fchdir" => Object(Walk(Facts.Path, follow: false), PermissionCheck.Execute),
        "inotify_add_watch" or "fanotify_mark" => Object(Walk(Facts.Path, follow: true), PermissionCheck.Read),
        "stat" or "stat64" or "lstat" or "lstat64" or "newfstatat" or "fstatat64" or "statx" or "statfs" or "statfs64" or "readlink" or "readlinkat" or "mount" or "umount2" or "umount"
            or "listxattr" or "llistxattr" or "name_to_handle_at" or "open_tree" or "fspick" => Walk(Facts.Path, follow: false).Result,
        "getxattr" or "lgetxattr" => Object(Walk(Facts.Path, follow: true), PermissionCheck.Read),
        "connect" or "sendto" when IsUnixPath => Object(Walk(Facts.Path, follow: true), PermissionCheck.Write),
        "bind" when IsUnixPath => Make(LandlockAccessFs.MakeSock),
        _ => CheckResult.Passes,
    };

    /// <summary>Whether the call is one that is judged here.</summary>
    public static bool Knows(ViolationFacts facts) => facts.Path is not null;

    public void Dispose()
    {
        foreach (var walk in _walks) walk.Dispose();
    }

    private bool IsUnixPath => Facts.Address?.StartsWith("unix ", StringComparison.Ordinal) == true && Facts.Path is not null;

    private PathWalk Walk(string? full, bool follow, CallerIdentity? caller = null)
    {
        if (!Facts.PathCertain) throw new CauseUnknownException("the path of the call isn't known for certain");
        var path = PathText.Of(full, Facts.Decoded) ?? throw new CauseUnknownException(full is null ? "the path of the call couldn't be read" : $"{full} can't be walked again");
        return WalkOf(path, follow, caller);
    }

    private PathWalk WalkOf(PathText path, bool follow, CallerIdentity? caller = null)
    {
        var root = query.Root ?? throw new CauseUnknownException("the file system that the caller saw can't be looked at: it and all that shared its mounts have ended");
        var walk = PathWalk.Of(query, root, path, follow, caller ?? Caller);
        _walks.Add(walk);
        return walk;
    }

    private CheckResult Permission(Inode file, int wanted) => PermissionCheck.Of(file, wanted, Caller, query);

    private CheckResult Object(PathWalk walk, int wanted)
    {
        if (!walk.Result.IsPass) return walk.Result;
        return walk.Object is { } file ? Permission(file, wanted) : Missing(walk);
    }

    private static CheckResult Missing(PathWalk walk) => CheckResult.Undecided($"{walk.Path} isn't there now");

    private static CheckResult First(params Span<Func<CheckResult>> checks)
    {
        foreach (var check in checks)
        {
            if (check() is { IsPass: false } stopped) return stopped;
        }

        return CheckResult.Passes;
    }

    private static CheckResult Unchangeable(Inode file) => file.IsImmutable || file.IsAppendOnly
        ? PermissionCheck.Refused(Errno.EPERM, $"{file.Path} has the {(file.IsImmutable ? "immutable attribute (chattr +i)" : "append-only attribute (chattr +a)")}.", null)
        : CheckResult.Passes;

    private CheckResult OwnerOnly(Inode file, string what)
    {
        if (file.Owner == Caller.User) return CheckResult.Passes;
        return Caller.HasOver(Fowner, file) switch
        {
            true => CheckResult.Passes,
            null => CheckResult.Undecided($"whether the caller's CAP_FOWNER counts for {file.Path} isn't known"),
            false => PermissionCheck.Refused(Errno.EPERM, $"{PermissionCheck.Describe(file)}: only its owner may {what}; the caller is {Caller}, {Caller.Lacks(Fowner)}.", CauseSuggestion.Capability(query, Fowner)),
        };
    }

    private static LandlockAccessFs NodeRight(ulong mode) => (mode & 0xF000) switch
    {
        0x2000 => LandlockAccessFs.MakeChar,
        0x6000 => LandlockAccessFs.MakeBlock,
        0x1000 => LandlockAccessFs.MakeFifo,
        0xC000 => LandlockAccessFs.MakeSock,
        _ => LandlockAccessFs.MakeReg,
    };

    private static string Id(uint id) => id.ToString(CultureInfo.InvariantCulture);
}
