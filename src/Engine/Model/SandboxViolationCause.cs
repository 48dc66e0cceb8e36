namespace Sandbox;

/// <summary>Who refused a call. It is told only with evidence.</summary>
public enum SandboxViolationCause
{
    /// <summary>There is no evidence for one cause alone.</summary>
    Unknown,

    /// <summary>A seccomp filter.</summary>
    Seccomp,

    /// <summary>The sandbox's Landlock ruleset.</summary>
    Landlock,

    /// <summary>The owner, the mode bits, the access list or an attribute (immutable, append-only) of a file or of a directory on the way to it.</summary>
    FilePermission,

    /// <summary>A capability that the caller hasn't got.</summary>
    Capability,

    /// <summary>A mount or a file system that is read-only.</summary>
    ReadOnlyMount,

    /// <summary>The network: nobody listens, no way there, or a rule of it.</summary>
    Network,
}
