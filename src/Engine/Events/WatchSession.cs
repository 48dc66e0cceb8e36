using System.Diagnostics;

namespace Sandbox.Events;

/// <summary>One watch over events, from its opening to its disposal.</summary>
public abstract class WatchSession<T> : IDisposable
{
    /// <summary>How long a wait may take to see a cancellation.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    // What has come by the end of the time is handed over; a stream that never pauses doesn't make it longer than this.
    private static readonly TimeSpan Overtime = TimeSpan.FromMilliseconds(250);

    // What a reading that ended early has left: the next one begins with it.
    private readonly Queue<T> _taken = new();

    /// <summary>What its source sees, and what it can't.</summary>
    public abstract string Detail { get; }

    /// <summary>What was handed to the consumer.</summary>
    public long Delivered { get; private set; }

    /// <summary>Whether everything was read and nothing comes any more: what is watched has ended.</summary>
    public bool IsOver { get; private set; }

    /// <summary>When it was opened.</summary>
    public DateTimeOffset StartTime { get; } = DateTimeOffset.Now;

    /// <summary>When it was closed; null while it is open.</summary>
    public DateTimeOffset? EndTime { get; private set; }

    /// <summary>What ended it before its time; null where nothing did.</summary>
    public virtual SandboxException? Failure => null;

    /// <summary>The events as they come. Ends with what is watched, the timeout, or the cancellation; a source that breaks is an exception.</summary>
    public IEnumerable<T> Read(TimeSpan? timeout, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var batch = new List<T>();
        while (!cancellation.IsCancellationRequested)
        {
            var left = timeout is { } limit ? limit - watch.Elapsed : Step;
            var ended = false;
            if (_taken.Count == 0)
            {
                batch.Clear();
                ended = Take(batch, left < Step ? left > TimeSpan.Zero ? left : TimeSpan.Zero : Step);
                foreach (var item in batch) _taken.Enqueue(item);
            }

            var nothing = _taken.Count == 0;
            while (_taken.Count > 0)
            {
                if (cancellation.IsCancellationRequested) yield break;
                var item = _taken.Dequeue();
                Delivered += CountOf(item);
                yield return item;
            }

            if (Failure is { } failure) throw failure;
            IsOver |= nothing && ended;
            if (nothing && (ended || left <= TimeSpan.Zero)) yield break;
            if (left <= -Overtime) yield break;
        }
    }

    /// <summary>Closes it: nothing of it is left when this returns.</summary>
    public void Dispose()
    {
        if (EndTime is not null) return;
        EndTime = DateTimeOffset.Now;
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>How many events one object stands for.</summary>
    private protected virtual long CountOf(T item) => 1;

    /// <summary>Takes what has come, waiting at most so long; tells whether nothing comes any more.</summary>
    private protected abstract bool Take(List<T> batch, TimeSpan wait);

    private protected abstract void Close();
}
