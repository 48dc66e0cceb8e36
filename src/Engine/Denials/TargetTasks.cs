using Sandbox.Runtime;

namespace Sandbox.Denials;

/// <summary>The threads of one target that were seen last; few, since each holds four descriptors. Used by one thread.</summary>
internal sealed class TargetTasks : IDisposable
{
    private const int Most = 32;
    private readonly Dictionary<int, TargetTask> _byThread = [];
    private readonly Queue<int> _order = [];

    /// <summary>
    /// The thread with this id, which waits for our answer now, with its user; null where it has ended meanwhile, as
    /// <paramref name="listener"/> tells once its directory is open.
    /// </summary>
    public TargetTask? Find(int thread, SeccompListener listener, ulong call)
    {
        // A kept one that lives is the one: no other has its id. A dead one may have left its id to another.
        if (_byThread.TryGetValue(thread, out var known))
        {
            if (known.Refresh()) return known;
            known.Dispose();
            _byThread.Remove(thread);
        }

        if (TargetTask.TryOpen(thread) is not { } opened) return null;
        if (!opened.Refresh() || !listener.Waits(call))
        {
            opened.Dispose();
            return null;
        }

        while (_byThread.Count >= Most && _order.TryDequeue(out var oldest))
        {
            if (_byThread.Remove(oldest, out var task)) task.Dispose();
        }

        _byThread[thread] = opened;
        _order.Enqueue(thread);
        return opened;
    }

    public void Dispose()
    {
        foreach (var task in _byThread.Values) task.Dispose();
        _byThread.Clear();
        _order.Clear();
    }
}
