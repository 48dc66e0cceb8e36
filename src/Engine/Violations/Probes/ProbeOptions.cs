namespace Sandbox.Violations.Probes;

/// <summary>What the probe looks for.</summary>
internal sealed record ProbeOptions
{
    public required ProbeScope Scope { get; init; }

    /// <summary>The errnos of any call.</summary>
    public required IReadOnlyList<int> Errnos { get; init; }

    /// <summary>Those of calls of sockets only.</summary>
    public required IReadOnlyList<int> NetworkErrnos { get; init; }

    /// <summary>The categories; all where it is empty.</summary>
    public IReadOnlyList<SandboxViolationCategory> Categories { get; init; } = [];
}
