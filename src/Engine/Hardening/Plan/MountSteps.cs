using System.Buffers.Binary;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>The calls of the new mount API that the root file system is built from (open_tree(2), mount_setattr(2), move_mount(2)).</summary>
internal static class MountSteps
{
    public const long ReadOnly = 1, NoSuid = 2, NoDev = 4, NoExec = 8, IdMap = 0x100000; // MOUNT_ATTR_*
    private const long CurrentDirectory = -100;
    private static readonly string[] Descriptions = [.. Enumerable.Range(0, 16).Select(Join)];
    private static readonly PlanArgument AtCwd = PlanArgument.Value(CurrentDirectory, "AT_FDCWD");

    /// <summary>
    /// A detached copy of the mounts at a host path, with its attributes set before anything can see it. The path is resolved to its
    /// canonical form beforehand and opened without following any link: a link that appeared since is an error, not a way elsewhere.
    /// </summary>
    public static PlanStep OpenTree(PlanContext c, BindMount bind, PlanArgument? idMap)
    {
        var w = c.Writer;
        var before = w.Requires;
        var how = new byte[24]; // struct open_how: O_PATH|O_CLOEXEC, RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS
        BinaryPrimitives.WriteInt64LittleEndian(how, 0x280000);
        BinaryPrimitives.WriteInt64LittleEndian(how.AsSpan(16), 0x6);
        var path = w.Call(Syscall.OpenAt2, AtCwd, w.Text(bind.Path), w.Bytes(how, "{O_PATH|O_CLOEXEC, RESOLVE_NO_SYMLINKS}"), 24);
        w.Requires = path;
        var tree = w.Call(Syscall.OpenTree, path, w.Text(""), PlanArgument.Value(0x1 | 0x80000 | 0x1000 | 0x8000, "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH|AT_RECURSIVE"));
        w.Requires = tree;
        var attributes = (bind.Writable ? 0 : ReadOnly) | NoSuid | (bind.Device ? 0 : NoDev);
        SetAttributes(c, tree, attributes, recursive: true);
        if (idMap is { } map) SetIdMap(c, tree, map);
        w.Call(Syscall.Close, path);
        w.Requires = before;
        return tree;
    }

    /// <summary>Only adds flags: those that the host has set stay (mount_setattr(2)).</summary>
    public static PlanStep SetAttributes(PlanContext c, PlanArgument tree, long attributes, bool recursive)
    {
        var structure = new byte[32]; // struct mount_attr
        BinaryPrimitives.WriteInt64LittleEndian(structure, attributes);
        // A clone of a shared mount is its peer: without this, what is mounted in one shows in the other (mount_namespaces(7)).
        BinaryPrimitives.WriteInt64LittleEndian(structure.AsSpan(16), 0x40000); // MS_PRIVATE
        return c.Writer.Call(
            Syscall.MountSetAttr,
            tree,
            c.Writer.Text(""),
            PlanArgument.Value(0x1000 | (recursive ? 0x8000 : 0), recursive ? "AT_EMPTY_PATH|AT_RECURSIVE" : "AT_EMPTY_PATH"),
            c.Writer.Bytes(structure, "{" + Describe(attributes) + ", MS_PRIVATE}"),
            32);
    }

    /// <summary>Attaches a detached tree at a path below the working directory.</summary>
    public static PlanStep Attach(PlanContext c, PlanArgument tree, string relative, bool nested)
    {
        var w = c.Writer;
        if (!nested) return w.Call(Syscall.MoveMount, tree, w.Text(""), AtCwd, w.Text(relative), PlanArgument.Value(0x4, "MOVE_MOUNT_F_EMPTY_PATH"));

        // Inside another bind the path may hold links that somebody changes while we look: they are not followed.
        var how = new byte[24];
        BinaryPrimitives.WriteInt64LittleEndian(how, 0x280000);
        BinaryPrimitives.WriteInt64LittleEndian(how.AsSpan(16), 0x2 | 0x4 | 0x8); // RESOLVE_NO_MAGICLINKS|NO_SYMLINKS|BENEATH
        var before = w.Requires;
        var target = w.Call(Syscall.OpenAt2, AtCwd, w.Text(relative), w.Bytes(how, "{O_PATH|O_CLOEXEC, RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS}"), 24);
        w.Requires = target;
        var moved = w.Call(Syscall.MoveMount, tree, w.Text(""), target, w.Text(""), PlanArgument.Value(0x4 | 0x40, "MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"));
        w.Call(Syscall.Close, target);
        w.Requires = before;
        return moved;
    }

    /// <summary>mount(2) of a new file system at a path below the working directory.</summary>
    public static PlanStep MountNew(PlanContext c, string type, string relative, long flags, string flagsText, string options) =>
        c.Writer.Call(Syscall.Mount, c.Writer.Text(type), c.Writer.Text(relative), c.Writer.Text(type), PlanArgument.Value(flags, flagsText), c.Writer.Text(options));

    /// <summary>Covers a path below the working directory: a directory by an empty one that nobody may read, a file by the null device.</summary>
    public static void Cover(PlanContext c, string path, string nullDevice, string root = "")
    {
        const long EmptyFlags = 0x1 | 0x2 | 0x4 | 0x8;
        if (Directory.Exists(root + path)) MountNew(c, "tmpfs", path[1..], EmptyFlags, "MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC", "mode=0000,size=4k");
        else if (File.Exists(root + path)) c.Writer.Call(Syscall.Mount, c.Writer.Text(nullDevice), c.Writer.Text(path[1..]), 0, PlanArgument.Value(0x1000, "MS_BIND"), 0);
    }

    private static void SetIdMap(PlanContext c, PlanStep tree, PlanArgument userNamespace)
    {
        var structure = new byte[32];
        BinaryPrimitives.WriteInt64LittleEndian(structure, IdMap);
        BinaryPrimitives.WriteInt64LittleEndian(structure.AsSpan(24), userNamespace.Number);
        c.Writer.Call(Syscall.MountSetAttr, tree, c.Writer.Text(""), PlanArgument.Value(0x1000 | 0x8000, "AT_EMPTY_PATH|AT_RECURSIVE"), c.Writer.Bytes(structure, "{MOUNT_ATTR_IDMAP, " + userNamespace.Text + "}"), 32);
    }

    private static string Describe(long attributes) => Descriptions[attributes & 0xf];

    private static string Join(int attributes) => "{" + string.Join('|', new[]
    {
        (attributes & ReadOnly) != 0 ? "MOUNT_ATTR_RDONLY" : null, (attributes & NoSuid) != 0 ? "MOUNT_ATTR_NOSUID" : null,
        (attributes & NoDev) != 0 ? "MOUNT_ATTR_NODEV" : null, (attributes & NoExec) != 0 ? "MOUNT_ATTR_NOEXEC" : null,
    }.Where(t => t is not null)) + "}";
}
