namespace Sandbox.Hardening;

/// <summary>A path of the host that the target sees at the same place.</summary>
internal sealed record BindMount(string Row, string Path, bool Directory, bool Writable)
{
    /// <summary>Whether the owner of the path is mapped to the target's host id (root's sandboxes only); the owner's ids.</summary>
    public (int Uid, int Gid)? Owner { get; init; }

    /// <summary>A device node: the mount can't be nodev.</summary>
    public bool Device { get; init; }

    /// <summary>Whether another bind of the layout, or the private root, holds its parent directory.</summary>
    public bool IsBelow(string parent) => IsBelow(Path, parent);

    /// <summary>Whether a path lies below another.</summary>
    public static bool IsBelow(string path, string parent) => path.Length > parent.Length && path.StartsWith(parent, StringComparison.Ordinal) && (parent == "/" || path[parent.Length] == '/');
}
