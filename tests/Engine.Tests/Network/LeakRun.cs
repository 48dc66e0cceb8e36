namespace Sandbox.Tests.Network;

/// <summary>A run of all attempts.</summary>
/// <param name="Said">What the hosting process and the attempts wrote.</param>
/// <param name="Wire">What left the host.</param>
/// <param name="Loopback">What passed the host's loopback.</param>
internal sealed record LeakRun(string Said, OutsideCapture Wire, OutsideCapture Loopback) : IDisposable
{
    /// <summary>The packets of an attempt.</summary>
    public string[] Seen(LeakAttempt attempt) => (attempt.OnLoopback ? Loopback : Wire).Seen(attempt.Filter);

    /// <summary>What an attempt wrote.</summary>
    public string Of(LeakAttempt attempt) => Array.Find(Said.Split('\n'), l => l.StartsWith(attempt.Name + ":", StringComparison.Ordinal)) ?? throw new InvalidOperationException(Said);

    public void Dispose()
    {
        Wire.Dispose();
        Loopback.Dispose();
    }
}
