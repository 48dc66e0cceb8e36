namespace Sandbox.Denials;

/// <summary>What a <see cref="SeccompDenialFeed.Denied"/> event carries.</summary>
public sealed class SeccompDenialEventArgs(SeccompDenial denial) : EventArgs
{
    /// <summary>The denial.</summary>
    public SeccompDenial Denial => denial;
}
