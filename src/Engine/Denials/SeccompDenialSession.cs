namespace Sandbox.Denials;

/// <summary>One watch over denials: from its opening to its disposal, with what it got and what it lost.</summary>
public abstract class SeccompDenialSession : IDisposable
{
    /// <summary>How long a wait may take to see a cancellation.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    // What has come by the end of the time is handed over; a stream that never pauses doesn't make it longer than this.
    private static readonly TimeSpan Overtime = TimeSpan.FromSeconds(2);

    private DateTimeOffset? _ended;

    /// <summary>Where its denials are from; never Auto.</summary>
    public abstract SeccompDenialSource Source { get; }

    /// <summary>Why this source was taken, and what it can't see.</summary>
    public abstract string Detail { get; }

    /// <summary>Denials of what is watched that came.</summary>
    public abstract long Received { get; }

    /// <summary>
    /// Denials (from the kernel's records: records, of whichever process) that were lost on the way, as far as that is known.
    /// </summary>
    public abstract long Lost { get; }

    /// <summary>Whether <see cref="Lost"/> is exact.</summary>
    public abstract bool LossKnown { get; }

    /// <summary>Denials that were handed to the consumer, with those that an object counts.</summary>
    public long Delivered { get; private set; }

    /// <summary>Whether everything was read and nothing comes any more: what is watched has ended.</summary>
    public bool IsOver { get; private set; }

    /// <summary>When it was opened.</summary>
    public DateTimeOffset StartTime { get; } = DateTimeOffset.Now;

    /// <summary>When it was closed; null while it is open.</summary>
    public DateTimeOffset? EndTime => _ended;

    /// <summary>What ended it before its time; null where nothing did.</summary>
    public virtual SandboxException? Failure => null;

    /// <summary>
    /// The denials as they come. Ends with what is watched, the timeout, or the cancellation; a source that breaks is an exception.
    /// </summary>
    public IEnumerable<SeccompDenial> Read(TimeSpan? timeout, CancellationToken cancellation)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var buffer = new SeccompDenial[256];
        while (!cancellation.IsCancellationRequested)
        {
            var left = timeout is { } limit ? limit - watch.Elapsed : Step;
            var count = Take(buffer, left < Step ? left > TimeSpan.Zero ? left : TimeSpan.Zero : Step, out var ended);
            for (var i = 0; i < count; i++)
            {
                if (cancellation.IsCancellationRequested) yield break;
                Delivered += buffer[i].Count;
                yield return buffer[i];
            }

            if (Failure is { } failure) throw failure;
            IsOver |= count == 0 && ended;
            if (count == 0 && (ended || left <= TimeSpan.Zero)) yield break;
            if (left <= -Overtime) yield break;
        }
    }

    /// <summary>Closes it: nothing of it is left when this returns.</summary>
    public void Dispose()
    {
        if (_ended is not null) return;
        _ended = DateTimeOffset.Now;
        Close();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Source}: {Received} received, {Lost}{(LossKnown ? "" : " or more")} lost";

    /// <summary>
    /// Waits until everything that happened before this call has been taken in, so that a recorder which stops then has it all; false
    /// where that can't be told within the time.
    /// </summary>
    internal virtual bool Drain(TimeSpan bound) => true;

    /// <summary>Takes what has come, waiting at most so long; <paramref name="ended"/> tells that nothing comes any more.</summary>
    private protected abstract int Take(SeccompDenial[] buffer, TimeSpan wait, out bool ended);

    private protected abstract void Close();
}
