namespace Sandbox.Hardening;

/// <summary>Orders what a new root holds: every directory before what is in it.</summary>
internal sealed class RootNodes(RootLayout layout, HardeningProfile profile)
{
    private readonly SortedDictionary<string, RootNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RootNode> _mountPoints = new(StringComparer.Ordinal);
    private readonly bool _owned = profile.Root == RootMode.Directory;

    public IEnumerable<RootNode> InOrder()
    {
        Add(new(RootNodeKind.Proc, "/proc", "proc", e => e.OwnProc()));
        Add(new(RootNodeKind.Temporary, "/tmp", "tmp", e => e.Temporary("/tmp")) { Content = "1777" });
        if (_owned) Add(new(RootNodeKind.Temporary, "/dev", "dev", e => e.Temporary("/dev")) { Content = "0755" });
        Add(new(RootNodeKind.Temporary, "/dev/shm", "dev", e => e.Temporary("/dev/shm")) { Content = "1777" });
        Add(new(RootNodeKind.Terminals, "/dev/pts", "dev", e => e.Terminals()));
        foreach (var (path, target) in layout.Links) Add(new(RootNodeKind.Link, path, Row(path), Verify(path)) { Content = target });
        foreach (var (path, content) in layout.Files) Add(layout.NameFiles.Contains(path)
            ? new(RootNodeKind.File, path, "name_resolution", e => e.FileInside(path, content)) { Bytes = content }
            : new(RootNodeKind.File, path, Row(path), Verify(path)) { Bytes = content });
        foreach (var bind in layout.Binds.Where(b => !(_owned && b.Path == profile.RootDirectory)))
        {
            _nodes[bind.Path] = new(RootNodeKind.Bind, bind.Path, bind.Row, e => e.Mounted(bind)) { Bind = bind, Nested = InsideBind(bind.Path) };
        }

        AddParents();
        // What a bind brings with it stays as the host has it.
        return _nodes.Values.Where(n => n.Kind == RootNodeKind.Bind || !InsideBind(n.Path))
            .SelectMany(n => _mountPoints.TryGetValue(n.Path, out var point) ? [point, n] : new[] { n });
    }

    private static string Row(string path) => path.StartsWith("/dev/", StringComparison.Ordinal) ? "dev" : "root_filesystem";

    private static Verification Verify(string path) => path.StartsWith("/dev/", StringComparison.Ordinal) ? e => e.Temporary("/dev/shm") : e => e.PrivateRoot();

    private void Add(RootNode node)
    {
        // A root of the caller's has its own files and links, but for those of /dev, which is new.
        if (_owned && node.Kind is RootNodeKind.Link or RootNodeKind.File && !node.Path.StartsWith("/dev/", StringComparison.Ordinal)) return;
        _nodes.TryAdd(node.Path, node);
    }

    private bool InsideBind(string path) => layout.Binds.Any(b => b.Directory && !(_owned && b.Path == profile.RootDirectory) && BindMount.IsBelow(path, b.Path));

    // Mount points and parents that aren't there yet. A file's mount point is an empty file, a directory's an empty directory.
    private void AddParents()
    {
        foreach (var node in _nodes.Values.ToArray())
        {
            for (var parent = Path.GetDirectoryName(node.Path)!; parent != "/"; parent = Path.GetDirectoryName(parent)!)
            {
                if (!InsideBind(parent)) Add(new(RootNodeKind.Directory, parent, "root_filesystem", e => e.PrivateRoot()));
            }
        }

        foreach (var node in _nodes.Values.Where(n => !n.Nested).ToArray())
        {
            if (node.Kind is RootNodeKind.Temporary or RootNodeKind.Proc or RootNodeKind.Terminals) AddMountPoint(node, RootNodeKind.Directory);
            if (node.Kind == RootNodeKind.Bind) AddMountPoint(node, node.Bind!.Directory ? RootNodeKind.Directory : RootNodeKind.File);
        }
    }

    private void AddMountPoint(RootNode node, RootNodeKind kind)
    {
        if (_owned && !node.Path.StartsWith("/dev/", StringComparison.Ordinal) && !node.Path.StartsWith("/tmp/", StringComparison.Ordinal)) return;
        _mountPoints[node.Path] = new(kind, node.Path, node.Row, node.Verify);
    }
}
