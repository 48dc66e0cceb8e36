using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>
/// Walks a path within a target's root as the kernel does (path_resolution(7)), one entry at a time and never out of that root: "..",
/// links and mounts, with the right to search of each directory. It ends at the first that refuses the caller.
/// </summary>
internal sealed class PathWalk : IDisposable
{
    private const int MostLinks = 40, MostSteps = 1024;
    private readonly CauseQuery _query;
    private readonly CallerIdentity? _caller;
    private readonly List<Inode> _way = []; // from the root to the directory where it stands
    private readonly List<Inode> _all = [];
    private int _links;
    private int _steps;

    private PathWalk(CauseQuery query, CallerIdentity? caller)
    {
        _query = query;
        _caller = caller;
    }

    /// <summary>What stopped the walk; a pass where nothing did.</summary>
    public CheckResult Result { get; private set; }

    /// <summary>What the path leads to; null where there is no such entry.</summary>
    public Inode? Object { get; private set; }

    /// <summary>The directory of the last entry.</summary>
    public Inode Parent => Object is { IsDirectory: true } && ReferenceEquals(Object, _way[^1]) && _way.Count > 1 ? _way[^2] : _way[^1];

    /// <summary>The path with links resolved, also of an entry that isn't there.</summary>
    public string Path { get; private set; } = "/";

    /// <summary>The directories from the root to the object, itself included: those by which Landlock judges.</summary>
    public IEnumerable<Inode> Chain => Object is null || ReferenceEquals(Object, _way[^1]) ? _way : _way.Append(Object);

    /// <summary>The same for the directory of the last entry.</summary>
    public IEnumerable<Inode> ParentChain => Object is { IsDirectory: true } && ReferenceEquals(Object, _way[^1]) && _way.Count > 1 ? _way.SkipLast(1) : _way;

    /// <summary>Walks; with a caller each directory must let it search.</summary>
    public static PathWalk Of(CauseQuery query, Inode root, PathText path, bool follow, CallerIdentity? caller)
    {
        var walk = new PathWalk(query, caller);
        try
        {
            walk.Stand(walk.Own(root.Duplicate()));
            walk.Object = walk._way[0];
            // Where the call began nothing was searched: the caller had that directory open.
            if (path.Base.Length > 0) walk.Follow(path.Base, follow: true, search: false);
            if (walk.Result.IsPass && path.Base.Length > 0 && walk.Object is null) walk.Result = CheckResult.Undecided($"{path.Base} isn't there any more");
            if (walk.Result.IsPass && path.Walked.Length > 0) walk.Follow(path.Walked, follow, search: caller is not null);
            return walk;
        }
        catch
        {
            walk.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var inode in _all) inode.Dispose();
        _all.Clear();
    }

    private void Follow(string path, bool follow, bool search)
    {
        var names = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var directoryMeant = path.EndsWith('/');
        if (path.StartsWith('/')) Restart();
        while (names.TryPop(out var name))
        {
            if (++_steps > MostSteps)
            {
                Result = CheckResult.Undecided("the path is too long to be walked");
                return;
            }

            var here = _way[^1];
            if (Object is null || !ReferenceEquals(Object, here))
            {
                Result = CheckResult.Undecided($"{Path} isn't {(Object is null ? "there" : "a directory")} now");
                return;
            }

            if (search && PermissionCheck.Of(here, PermissionCheck.Execute, _caller!, _query) is { IsPass: false } stopped)
            {
                Result = stopped;
                return;
            }

            if (name == ".") continue;
            if (name == "..")
            {
                if (_way.Count > 1) _way.RemoveAt(_way.Count - 1);
                (Object, Path) = (_way[^1], _way[^1].Path);
                continue;
            }

            Path = here.Path == "/" ? "/" + name : here.Path + "/" + name;
            var entry = here.Open(name, Path, out var errno);
            if (entry is null)
            {
                Object = null;
                if (errno != Errno.ENOENT) Result = CheckResult.Undecided($"{Path} couldn't be looked at ({Errno.Name(errno)})");
                if (names.Count > 0 && Result.IsPass) Result = CheckResult.Undecided($"{Path} isn't there now");
                return;
            }

            Own(entry);
            if (entry.IsLink && (names.Count > 0 || follow || directoryMeant))
            {
                if (names.Count == 0 && search && LinkIsProtected(here, entry) is { IsPass: false } refused)
                {
                    Result = refused;
                    return;
                }

                if (!Enter(here, entry, names)) return;
                continue;
            }

            Object = entry;
            if (entry.IsDirectory) _way.Add(entry);
        }
    }

    // Puts the text of a link before the rest of the way.
    private bool Enter(Inode directory, Inode link, Stack<string> names)
    {
        var target = directory.IsOnProc ? ProcTarget(directory, link) : link.Target();
        if (target is null || ++_links > MostLinks)
        {
            Result = CheckResult.Undecided(target is null ? $"{link.Path} leads to an object and not by a path" : $"{link.Path}: too many links");
            return false;
        }

        foreach (var name in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse()) names.Push(name);
        if (target.StartsWith('/')) Restart();
        else (Object, Path) = (directory, directory.Path);
        return true;
    }

    // proc(5): "self" is whoever looks, which would be us; the links of a process aren't paths.
    private string? ProcTarget(Inode directory, Inode link)
    {
        var facts = _query.Facts;
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        if (_query.MountOf(directory) is not { Root: "/" } mount || mount.MountPoint != directory.Path) return null;
        return link.Path[(link.Path.LastIndexOf('/') + 1)..] switch
        {
            "self" => facts.NamespaceProcess.ToString(culture),
            "thread-self" => string.Create(culture, $"{facts.NamespaceProcess}/task/{facts.NamespaceThread}"),
            _ => link.Target(),
        };
    }

    // /proc/sys/fs/protected_symlinks: in a sticky directory that all may write, others' links aren't followed (proc_sys_fs(5)).
    private CheckResult LinkIsProtected(Inode directory, Inode link)
    {
        const int Sticky = 0x200, OthersWrite = 0x2;
        if ((directory.Mode & Sticky) == 0 || (directory.Mode & OthersWrite) == 0 || link.Owner == _caller!.User || link.Owner == directory.Owner) return CheckResult.Passes;
        return Sysctl.Number("fs/protected_symlinks") != 1 ? CheckResult.Passes : PermissionCheck.Refused(
            Errno.EACCES, $"{link.Path}: a link of user {link.Owner} in a sticky directory that all may write, which only its owner may follow (fs.protected_symlinks is 1)", null);
    }

    private void Restart()
    {
        _way.RemoveRange(1, _way.Count - 1);
        (Object, Path) = (_way[0], "/");
    }

    private void Stand(Inode directory) => _way.Add(directory);

    private Inode Own(Inode inode)
    {
        _all.Add(inode);
        return inode;
    }
}
