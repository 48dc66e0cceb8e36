namespace Sandbox;

/// <summary>Whom the target is on the host.</summary>
public enum IdentityMode
{
    /// <summary>The caller's own ids.</summary>
    Caller,

    /// <summary>A host id without any rights when the caller is root; the caller's own single id otherwise.</summary>
    Sandbox,

    /// <summary>The caller's range from subuid(5) and subgid(5), through newuidmap(1).</summary>
    Subordinate,
}
