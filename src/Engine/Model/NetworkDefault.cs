namespace Sandbox;

/// <summary>What becomes of connections that no rule of a sandbox's network names.</summary>
public enum NetworkDefault
{
    /// <summary>They are let through.</summary>
    Allow,

    /// <summary>They are refused.</summary>
    Deny,
}
