using Sandbox.Events;

namespace Sandbox.Violations;

/// <summary>One watch over violations, with what it saw and what it lost: <see cref="Seen"/> = <see cref="Filtered"/> + <see cref="Emitted"/> + <see cref="Dropped"/>.</summary>
public abstract class SandboxViolationSession : WatchSession<SandboxViolation>
{
    /// <summary>Where its violations are from; never Auto.</summary>
    public abstract SandboxViolationSource Source { get; }

    /// <summary>Failed calls of what is watched.</summary>
    public abstract long Seen { get; }

    /// <summary>Those of another errno or category than is asked for.</summary>
    public abstract long Filtered { get; }

    /// <summary>Those that the kernel's side handed over.</summary>
    public abstract long Emitted { get; }

    /// <summary>Those that were lost since their consumer was too slow.</summary>
    public abstract long Dropped { get; }

    /// <summary>New processes and threads that couldn't be followed, for want of memory.</summary>
    public virtual long Unfollowed => 0;

    /// <summary>Why eBPF isn't the source although nobody asked for another; null where it is, or where one did.</summary>
    public virtual SandboxException? Fallback => null;

    /// <inheritdoc/>
    public override string ToString() => $"{Source}: {Seen} seen = {Filtered} filtered + {Emitted} emitted + {Dropped} dropped";
}
