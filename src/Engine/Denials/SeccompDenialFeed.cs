namespace Sandbox.Denials;

/// <summary>Raises an event for each denial of a session, on a thread of its own, until the session ends or it is disposed of.</summary>
public sealed class SeccompDenialFeed : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Thread _thread;

    /// <summary>Makes one; it begins with <see cref="Start"/>.</summary>
    public SeccompDenialFeed(SeccompDenialSession session)
    {
        Session = session;
        _thread = new Thread(Run) { Name = "Sandbox.DenialEvents", IsBackground = true };
    }

    /// <summary>A denial.</summary>
    public event EventHandler<SeccompDenialEventArgs>? Denied;

    /// <summary>The session: its source, and what it received and lost.</summary>
    public SeccompDenialSession Session { get; }

    /// <summary>What ended it before its time; null where nothing did.</summary>
    public SandboxException? Failure { get; private set; }

    /// <summary>Begins to raise events.</summary>
    public void Start() => _thread.Start();

    /// <summary>Ends it: no event is raised after that, but for one that is being handled.</summary>
    public void Dispose()
    {
        if (_cancellation.IsCancellationRequested) return;
        _cancellation.Cancel();
        // A handler may be what disposes of it.
        if (Thread.CurrentThread != _thread && _thread.IsAlive) _thread.Join(100);
        Session.Dispose();
    }

    private void Run()
    {
        try
        {
            foreach (var denial in Session.Read(null, _cancellation.Token)) Denied?.Invoke(this, new(denial));
        }
        catch (SandboxException e)
        {
            Failure = e;
        }
        catch (Exception e)
        {
            // A handler's own failure ends its feed, not the process.
            Failure = new("RegisterSeccompDenialEvent,HANDLER", SandboxErrorKind.InvalidOperation, $"A handler of denials failed: {e.Message}", "Correct the handler and register it again.", e);
        }

        Session.Dispose();
    }
}
