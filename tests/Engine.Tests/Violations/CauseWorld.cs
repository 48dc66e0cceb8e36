namespace Sandbox.Tests.Violations;

/// <summary>Where the caller of a refused call runs.</summary>
internal enum CauseWorld
{
    /// <summary>An ordinary user's process, not of this module.</summary>
    User,

    /// <summary>Root's process, not of this module.</summary>
    Root,

    /// <summary>Strict with a policy that allows everything, so that what is behind it shows.</summary>
    Open,

    /// <summary>Strict as it is.</summary>
    Strict,

    /// <summary>The host's root and root's capabilities in a Landlock domain, without a policy.</summary>
    Landlock,
}
