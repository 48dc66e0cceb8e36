namespace Sandbox;

/// <summary>The rule by which a profile's level is judged.</summary>
public enum HardeningTier
{
    /// <summary>Complete is <see cref="HardeningLevel.Baseline"/>.</summary>
    Standard,

    /// <summary>Complete is <see cref="HardeningLevel.Full"/>.</summary>
    Strict,
}
