namespace Sandbox;

/// <summary>What the target sees as <c>/</c>.</summary>
public enum RootMode
{
    /// <summary>The host's root.</summary>
    Host,

    /// <summary>A private read-only root with the runtime directories, a minimal <c>/dev</c>, its own <c>/proc</c> and <c>/tmp</c>.</summary>
    Private,

    /// <summary>A directory of the caller's choice, read-only.</summary>
    Directory,
}
