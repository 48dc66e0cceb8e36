using Sandbox.Events;

namespace Sandbox.Violations;

/// <summary>Raises an event for each violation of a session.</summary>
public sealed class SandboxViolationFeed(SandboxViolationSession session) : WatchFeed<SandboxViolation>(session)
{
    /// <summary>A violation.</summary>
    public event EventHandler<SandboxViolationEventArgs>? Violated;

    /// <summary>The session: its source, and what it saw and lost.</summary>
    public SandboxViolationSession Session => session;

    private protected override void Raise(SandboxViolation item) => Violated?.Invoke(this, new(item));
}
