using Sandbox.Native;

namespace Sandbox.Denials;

/// <summary>The clocks that a scope compares records, events and starts by.</summary>
internal interface IScopeClock
{
    public DateTime UtcNow { get; }

    /// <summary>A count that never goes back.</summary>
    public long Milliseconds { get; }

    /// <summary>When a process of these start ticks started.</summary>
    public DateTime OfStart(long ticks);

    /// <summary>When an event of the kernel happened.</summary>
    public DateTime OfEvent(ulong nanoseconds);
}

/// <summary>This machine's clocks. Both are asked each time, since the wall clock may be set.</summary>
internal sealed class KernelScopeClock : IScopeClock
{
    public DateTime UtcNow => DateTime.UtcNow;

    public long Milliseconds => Environment.TickCount64;

    public DateTime OfStart(long ticks) => BootClock.BootTime.AddMilliseconds(ticks * 10); // USER_HZ is 100 on every architecture of ours

    public DateTime OfEvent(ulong nanoseconds) => BootClock.MonotonicZero.AddTicks((long)(nanoseconds / 100));
}
