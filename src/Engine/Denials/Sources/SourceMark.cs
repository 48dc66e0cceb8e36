using Sandbox.Host;

namespace Sandbox.Denials;

/// <summary>One canary on its way through a source.</summary>
internal sealed class SourceMark : IDisposable
{
    private readonly ManualResetEventSlim _arrived = new();
    private volatile ProbeFailure? _failure;
    private volatile SandboxException? _error;

    public DenialCanary Canary { get; } = new();

    /// <summary>The pid in its record.</summary>
    public int RecordedPid { get; private set; }

    public bool HasArrived => _arrived.IsSet;

    /// <summary>What kept its child from making the denial; null where nothing did.</summary>
    public ProbeFailure? Failure => _failure;

    /// <summary>The same, where the child couldn't be started at all.</summary>
    public SandboxException? Error => _error;

    public bool CannotArrive => _failure is not null || _error is not null;

    /// <summary>Makes the denial; never throws.</summary>
    public void Send()
    {
        try
        {
            _failure = Canary.Run();
        }
        catch (SandboxException e)
        {
            _error = e;
        }
        catch (Exception e) // the boundary of a thread
        {
            _error = new("WatchSeccompDenial,CANARY", SandboxErrorKind.NotSpecified, $"The source can't be checked: {e.Message}", inner: e);
        }
    }

    public void Arrive(int pid)
    {
        RecordedPid = pid;
        _arrived.Set();
    }

    public bool Wait(TimeSpan bound) => _arrived.Wait(bound);

    public void Dispose() => _arrived.Dispose();
}
