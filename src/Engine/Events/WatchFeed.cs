namespace Sandbox.Events;

/// <summary>Raises an event for each object of a session, on a thread of its own, until the session ends or it is disposed of.</summary>
public abstract class WatchFeed<T> : IDisposable
{
    private const int StopTime = 100; // milliseconds; its reader looks for an end every 20
    private readonly CancellationTokenSource _cancellation = new();
    private readonly WatchSession<T> _session;
    private readonly Thread _thread;

    private protected WatchFeed(WatchSession<T> session)
    {
        _session = session;
        _thread = new Thread(Run) { Name = "Sandbox.WatchEvents", IsBackground = true };
    }

    /// <summary>What ended it before its time; null where nothing did.</summary>
    public SandboxException? Failure { get; private set; }

    /// <summary>Begins to raise events.</summary>
    public void Start() => _thread.Start();

    /// <summary>Ends it: no event is raised after that, but for one that is being handled.</summary>
    public void Dispose()
    {
        if (_cancellation.IsCancellationRequested) return;
        _cancellation.Cancel();
        // The thread closes what it reads, so that nothing goes while it is looked at. A handler may be what disposes of it.
        if ((_thread.ThreadState & ThreadState.Unstarted) != 0) _session.Dispose();
        else if (Thread.CurrentThread != _thread) _thread.Join(StopTime);
        GC.SuppressFinalize(this);
    }

    private protected abstract void Raise(T item);

    private void Run()
    {
        try
        {
            foreach (var item in _session.Read(null, _cancellation.Token)) Raise(item);
        }
        catch (SandboxException e)
        {
            Failure = e;
        }
        catch (Exception e)
        {
            // A handler's own failure ends its feed, not the process.
            Failure = new("WatchFeed,HANDLER", SandboxErrorKind.InvalidOperation, $"A handler of events failed: {e.Message}", "Correct the handler and register it again.", e);
        }

        try
        {
            _session.Dispose();
        }
        catch (SandboxException e)
        {
            Failure ??= e;
        }
    }
}
