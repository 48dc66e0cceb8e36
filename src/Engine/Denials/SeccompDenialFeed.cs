using Sandbox.Events;

namespace Sandbox.Denials;

/// <summary>Raises an event for each denial of a session.</summary>
public sealed class SeccompDenialFeed(SeccompDenialSession session) : WatchFeed<SeccompDenial>(session)
{
    /// <summary>A denial.</summary>
    public event EventHandler<SeccompDenialEventArgs>? Denied;

    /// <summary>The session: its source, and what it received and lost.</summary>
    public SeccompDenialSession Session => session;

    private protected override void Raise(SeccompDenial item) => Denied?.Invoke(this, new(item));
}
