namespace Sandbox;

/// <summary>A run that did not start. Its rows say why; nothing of the sandbox is left.</summary>
public sealed class HardeningException : SandboxException
{
    /// <summary>Makes one.</summary>
    public HardeningException(string errorId, SandboxErrorKind kind, string message, string? remedy, IReadOnlyList<HardeningOutcome> outcome)
        : base(errorId, kind, message, remedy) => Outcome = outcome;

    /// <summary>The rows of the run, as far as it came.</summary>
    public IReadOnlyList<HardeningOutcome> Outcome { get; }
}
