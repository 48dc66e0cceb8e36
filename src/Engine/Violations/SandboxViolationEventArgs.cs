namespace Sandbox.Violations;

/// <summary>What a <see cref="SandboxViolationFeed.Violated"/> event carries.</summary>
public sealed class SandboxViolationEventArgs(SandboxViolation violation) : EventArgs
{
    /// <summary>The violation.</summary>
    public SandboxViolation Violation => violation;
}
