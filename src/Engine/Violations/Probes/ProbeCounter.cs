namespace Sandbox.Violations.Probes;

/// <summary>What the probe counts on each processor, of the processes that it follows.</summary>
internal enum ProbeCounter
{
    /// <summary>Calls that failed.</summary>
    Seen,

    /// <summary>Those with an errno or of a category that isn't asked for.</summary>
    Filtered,

    /// <summary>Those that were written into the ring buffer.</summary>
    Emitted,

    /// <summary>Those for which it had no room.</summary>
    Dropped,

    /// <summary>New tasks that couldn't be followed, for want of memory.</summary>
    Unfollowed,

    /// <summary>Calls of numbers that no room was left to count.</summary>
    Uncounted,
}
