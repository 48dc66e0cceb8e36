namespace Sandbox;

/// <summary>How much of what was asked for is in force. Ordered: a higher value is more.</summary>
public enum HardeningLevel
{
    /// <summary>Nothing is in force.</summary>
    None,

    /// <summary>Something that was asked for is missing.</summary>
    Partial,

    /// <summary>All of the Standard tier is in force.</summary>
    Baseline,

    /// <summary>All of the Strict tier is in force.</summary>
    Full,
}
