namespace Sandbox;

/// <summary>Which network the target sees.</summary>
public enum NetworkMode
{
    /// <summary>The caller's.</summary>
    Host,

    /// <summary>A network namespace of its own with only the loopback interface.</summary>
    None,
}
