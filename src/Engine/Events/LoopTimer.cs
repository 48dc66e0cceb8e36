namespace Sandbox.Events;

/// <summary>A timer of the event loop.</summary>
internal sealed class LoopTimer(Action action)
{
    public Action Action => action;

    public bool Cancelled { get; private set; }

    /// <summary>The action will not run; on the loop's thread only.</summary>
    public void Cancel() => Cancelled = true;
}
