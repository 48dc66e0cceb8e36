using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>
/// Builds the target's root in PID 1 and enters it by pivot_root(2), so that the host's root is not reachable any more. Sources are
/// detached copies of host mounts; the new root is a tmpfs that nobody else sees while it is made.
/// </summary>
internal sealed class RootFilesystemSteps(PlanContext c, RootLayout layout, string mountPoint)
{
    private const long NoSuidNoDev = 0x2 | 0x4, NoSuidNoDevNoExec = 0x2 | 0x4 | 0x8;
    private readonly Dictionary<BindMount, PlanStep> _trees = [];

    private bool Owned => c.Profile.Root == RootMode.Directory;

    /// <summary>
    /// Opens every source: for root in the launcher, since an idmapped mount needs CAP_SYS_ADMIN over the file system
    /// (mount_setattr(2)); for others in their own mount namespace, where they have the capability to copy mounts.
    /// </summary>
    public void OpenSources()
    {
        foreach (var bind in layout.Binds)
        {
            c.Begin(bind.Row, e => e.Mounted(bind));
            var idMap = bind.Owner is { } owner ? PlanArgument.Value(c.Descriptors.IdMapNumber(owner), $"idmap {owner.Uid}:{owner.Gid}") : (PlanArgument?)null;
            _trees.Add(bind, MountSteps.OpenTree(c, bind, idMap));
        }
    }

    /// <summary>Makes the root and enters it.</summary>
    public void Build()
    {
        var w = c.Writer;
        c.Begin("root_filesystem", e => e.PrivateRoot());
        w.Call(Syscall.Mount, 0, w.Text("/"), 0, PlanArgument.Value(0x4000 | 0x40000, "MS_REC|MS_PRIVATE"), 0);
        PlanStep root;
        if (Owned)
        {
            var bind = layout.Binds.First(b => b.Path == c.Profile.RootDirectory);
            root = w.Call(Syscall.MoveMount, _trees[bind], w.Text(""), PlanArgument.Value(-100, "AT_FDCWD"), w.Text(mountPoint), PlanArgument.Value(0x4, "MOVE_MOUNT_F_EMPTY_PATH"));
        }
        else
        {
            root = w.Call(Syscall.Mount, w.Text("tmpfs"), w.Text(mountPoint), w.Text("tmpfs"), PlanArgument.Value(NoSuidNoDev, "MS_NOSUID|MS_NODEV"), w.Text("mode=0755,size=4m"));
        }

        w.Requires = root;
        w.Call(Syscall.Chdir, w.Text(mountPoint));
        foreach (var node in new RootNodes(layout, c.Profile).InOrder()) Make(node);
        HideKeys();
        foreach (var hidden in c.Profile.HiddenPaths) Hide(hidden);
        if (!Owned)
        {
            c.Begin("root_filesystem", e => e.PrivateRoot());
            MountSteps.SetAttributes(c, PlanArgument.Value(-100, "AT_FDCWD"), MountSteps.ReadOnly | MountSteps.NoSuid | MountSteps.NoDev, recursive: false);
        }

        c.Begin("root_filesystem", e => e.PrivateRoot());
        w.Call(Syscall.PivotRoot, w.Text("."), w.Text("."));
        w.Call(Syscall.Umount, w.Text("."), PlanArgument.Value(2, "MNT_DETACH"));
        w.Call(Syscall.Chdir, w.Text("/"));
        w.Requires = null;
    }

    private void Make(RootNode node)
    {
        var relative = node.Path[1..];
        c.Begin(node.Row, node.Verify);
        switch (node.Kind)
        {
            case RootNodeKind.Directory:
                c.Writer.CallTolerating(Errno.EEXIST, Syscall.MkdirAt, PlanArgument.Value(-100, "AT_FDCWD"), c.Writer.Text(relative), PlanArgument.Value(0x1ed, "0755"));
                break;
            case RootNodeKind.Link:
                c.Writer.Call(Syscall.SymlinkAt, c.Writer.Text(node.Content!), PlanArgument.Value(-100, "AT_FDCWD"), c.Writer.Text(relative));
                break;
            case RootNodeKind.File:
                var file = c.Writer.Call(Syscall.OpenAt, PlanArgument.Value(-100, "AT_FDCWD"), c.Writer.Text(relative), PlanArgument.Value(0x800c1, "O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC"), PlanArgument.Value(0x1a4, "0644"));
                if (node.Bytes.Length > 0) c.Writer.CallReturning(node.Bytes.Length, Syscall.Write, file, c.Writer.Blob(node.Bytes, "…"), node.Bytes.Length);
                c.Writer.Call(Syscall.Close, file);
                break;
            case RootNodeKind.Temporary:
                MountSteps.MountNew(c, "tmpfs", relative, NoSuidNoDev, "MS_NOSUID|MS_NODEV", $"mode={node.Content},size={c.Profile.TmpfsSize}");
                break;
            case RootNodeKind.Proc:
                MountSteps.MountNew(c, "proc", relative, NoSuidNoDevNoExec, "MS_NOSUID|MS_NODEV|MS_NOEXEC", "");
                break;
            case RootNodeKind.Terminals:
                MountSteps.MountNew(c, "devpts", relative, 0x2 | 0x8, "MS_NOSUID|MS_NOEXEC", "newinstance,ptmxmode=0666,mode=0620");
                break;
            default:
                MountSteps.Attach(c, _trees[node.Bind!], relative, node.Nested);
                c.Writer.Call(Syscall.Close, _trees[node.Bind!]);
                break;
        }
    }

    // A new session keyring leaves the names of the caller's other keys to be read there by a sandbox with the caller's uid (keyrings(7)).
    private void HideKeys()
    {
        if (!File.Exists("/proc/keys")) return;
        c.Begin("proc", e => e.Hidden("/proc/keys"));
        MountSteps.Cover(c, "/proc/keys", "dev/null", "");
    }

    private void Hide(string path)
    {
        c.Begin("hidden_path:" + path, e => e.Hidden(path));
        if (!Owned && !layout.Binds.Any(b => b.Path == path || BindMount.IsBelow(path, b.Path))) return; // not there to begin with
        MountSteps.Cover(c, path, "dev/null", Owned ? c.Profile.RootDirectory! : "");
    }
}
