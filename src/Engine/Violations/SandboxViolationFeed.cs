namespace Sandbox.Violations;

/// <summary>Raises an event for each violation of a session, on a thread of its own, until the session ends or it is disposed of.</summary>
public sealed class SandboxViolationFeed : IDisposable
{
    private const int StopTime = 100; // milliseconds; its reader looks for an end every 20
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Thread _thread;

    /// <summary>Makes one; it begins with <see cref="Start"/>.</summary>
    public SandboxViolationFeed(SandboxViolationSession session)
    {
        Session = session;
        _thread = new Thread(Run) { Name = "Sandbox.WatchEvents", IsBackground = true };
    }

    /// <summary>A violation.</summary>
    public event EventHandler<SandboxViolationEventArgs>? Violated;

    /// <summary>The session: its source, and what it saw and lost.</summary>
    public SandboxViolationSession Session { get; }

    /// <summary>What ended it before its time; null where nothing did.</summary>
    public SandboxException? Failure { get; private set; }

    /// <summary>Begins to raise events.</summary>
    public void Start() => _thread.Start();

    /// <summary>Ends it: no event is raised after that, but for one that is being handled.</summary>
    public void Dispose()
    {
        if (_cancellation.IsCancellationRequested) return;
        _cancellation.Cancel();
        // The thread closes what it reads: the memory of a ring buffer must not go while it is looked at. A handler may be what disposes of it.
        if ((_thread.ThreadState & ThreadState.Unstarted) != 0) Session.Dispose();
        else if (Thread.CurrentThread != _thread) _thread.Join(StopTime);
    }

    private void Run()
    {
        try
        {
            foreach (var violation in Session.Read(null, _cancellation.Token)) Violated?.Invoke(this, new(violation));
        }
        catch (SandboxException e)
        {
            Failure = e;
        }
        catch (Exception e)
        {
            // A handler's own failure ends its feed, not the process.
            Failure = new("RegisterSandboxViolationEvent,HANDLER", SandboxErrorKind.InvalidOperation, $"A handler of violations failed: {e.Message}", "Correct the handler and register it again.", e);
        }

        try
        {
            Session.Dispose();
        }
        catch (SandboxException e)
        {
            Failure ??= e;
        }
    }
}
