namespace Sandbox;

/// <summary>One line that a target wrote.</summary>
/// <param name="ProcessId">The target's process id on the host.</param>
/// <param name="Stream"><c>StandardOutput</c> or <c>StandardError</c>.</param>
/// <param name="Text">The line without its end, decoded as UTF-8.</param>
public sealed record OutputLine(int ProcessId, string Stream, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
