using System.Diagnostics;

namespace Sandbox.Runtime;

/// <summary>One consumer's view of a process's output.</summary>
public sealed class OutputSubscription : IDisposable
{
    private readonly HardenedProcess _process;
    private readonly OutputQueue _queue;

    private OutputSubscription(HardenedProcess process, bool output, bool error)
    {
        _process = process;
        _queue = process.Follow(output, error);
    }

    /// <summary>Begins to follow a process.</summary>
    public static OutputSubscription To(HardenedProcess process, bool output = true, bool error = true) => new(process, output, error);

    /// <summary>The lines as they come; ends with the process, the timeout, or the cancellation.</summary>
    public IEnumerable<OutputLine> Lines(TimeSpan? timeout, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var step = TimeSpan.FromMilliseconds(50);
        while (!cancellation.IsCancellationRequested)
        {
            var left = timeout is { } limit ? limit - watch.Elapsed : step;
            if (left <= TimeSpan.Zero) yield break;
            if (_queue.TryTake(left < step ? left : step, out var line, out var ended)) yield return line;
            else if (ended) yield break;
        }
    }

    /// <summary>Ends it: the target is held up by this consumer no more.</summary>
    public void Dispose() => _process.Unfollow(_queue);
}
