namespace Sandbox.Hardening;

/// <summary>What stands at a path of a new root.</summary>
internal enum RootNodeKind
{
    Directory,
    Link,
    File,
    Temporary,
    Proc,
    Terminals,
    Bind,
}

/// <summary>One thing to make in a new root.</summary>
internal sealed record RootNode(RootNodeKind Kind, string Path, string Row, Verification Verify)
{
    /// <summary>The link's target, or the mode of a tmpfs.</summary>
    public string? Content { get; init; }

    /// <summary>The file's content; nothing for a mount point.</summary>
    public byte[] Bytes { get; init; } = [];

    public BindMount? Bind { get; init; }

    /// <summary>Whether it lies inside a bind: its place exists there, and may change while we look.</summary>
    public bool Nested { get; init; }
}
