using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>Changes to the host's root in a mount namespace of its own: paths made read-only, paths covered.</summary>
internal static class HostRootSteps
{
    public static void Add(PlanContext c, RootLayout layout)
    {
        c.Begin("mount_namespace", e => e.OwnNamespace(NamespaceKinds.Mount));
        c.Writer.Call(Syscall.Mount, 0, c.Writer.Text("/"), 0, PlanArgument.Value(0x4000 | 0x40000, "MS_REC|MS_PRIVATE"), 0);
        c.Writer.Call(Syscall.Chdir, c.Writer.Text("/"));
        foreach (var bind in layout.Binds.OrderBy(b => b.Path, StringComparer.Ordinal))
        {
            c.Begin(bind.Row, e => e.Mounted(bind));
            var tree = MountSteps.OpenTree(c, bind, null);
            MountSteps.Attach(c, tree, bind.Path[1..], nested: true);
            c.Writer.Call(Syscall.Close, tree);
        }

        foreach (var path in c.Profile.HiddenPaths)
        {
            c.Begin("hidden_path:" + path, e => e.Hidden(path));
            MountSteps.Cover(c, path, "/dev/null");
        }
    }
}
