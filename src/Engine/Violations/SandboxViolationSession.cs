using System.Diagnostics;

namespace Sandbox.Violations;

/// <summary>One watch over violations, with what it saw and what it lost: <see cref="Seen"/> = <see cref="Filtered"/> + <see cref="Emitted"/> + <see cref="Dropped"/>.</summary>
public abstract class SandboxViolationSession : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    // What has come by the end of the time is handed over; a stream that never pauses doesn't make it longer than this.
    private static readonly TimeSpan Overtime = TimeSpan.FromMilliseconds(250);

    /// <summary>Where its violations are from; never Auto.</summary>
    public abstract SandboxViolationSource Source { get; }

    /// <summary>What this source sees and what it can't.</summary>
    public abstract string Detail { get; }

    /// <summary>Why eBPF isn't the source although nobody asked for another; null where it is, or where one did.</summary>
    public virtual SandboxException? Fallback => null;

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

    /// <summary>Violations that were handed to the consumer.</summary>
    public long Delivered { get; private set; }

    /// <summary>Whether everything was read and nothing comes any more: what is watched has ended.</summary>
    public bool IsOver { get; private set; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartTime { get; } = DateTimeOffset.Now;

    /// <summary>When it was closed; null while it is open.</summary>
    public DateTimeOffset? EndTime { get; private set; }

    /// <summary>The violations as they come. Ends with what is watched, the timeout, or the cancellation.</summary>
    public IEnumerable<SandboxViolation> Read(TimeSpan? timeout, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var batch = new List<SandboxViolation>();
        while (!cancellation.IsCancellationRequested)
        {
            var left = timeout is { } limit ? limit - watch.Elapsed : Step;
            batch.Clear();
            var ended = Take(batch, left < Step ? left > TimeSpan.Zero ? left : TimeSpan.Zero : Step);
            foreach (var violation in batch)
            {
                if (cancellation.IsCancellationRequested) yield break;
                Delivered++;
                yield return violation;
            }

            IsOver |= batch.Count == 0 && ended;
            if (batch.Count == 0 && (ended || left <= TimeSpan.Zero)) yield break;
            if (left <= -Overtime) yield break;
        }
    }

    /// <summary>Closes it: nothing of it is attached when this returns.</summary>
    public void Dispose()
    {
        if (EndTime is not null) return;
        EndTime = DateTimeOffset.Now;
        Close();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Source}: {Seen} seen = {Filtered} filtered + {Emitted} emitted + {Dropped} dropped";

    /// <summary>Takes what has come, waiting at most so long; tells whether nothing comes any more.</summary>
    private protected abstract bool Take(List<SandboxViolation> batch, TimeSpan wait);

    private protected abstract void Close();
}
