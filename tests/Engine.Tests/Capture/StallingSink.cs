using Sandbox.Capture;

namespace Sandbox.Tests.Capture;

/// <summary>Takes nothing until it is let go, so that the ring of a capture fills up.</summary>
internal sealed class StallingSink(ICaptureSink inner) : ICaptureSink, IDisposable
{
    private readonly ManualResetEventSlim _go = new();

    public long Written => inner.Written;

    public long Lost => inner.Lost;

    public void Go() => _go.Set();

    public void Begin(CaptureInterface description) => inner.Begin(description);

    public void Take(in LiveFrame frame, ReadOnlySpan<byte> data)
    {
        _go.Wait();
        inner.Take(frame, data);
    }

    public void Idle() => inner.Idle();

    public void Settle() => inner.Settle();

    public void End(CaptureCounts counts) => inner.End(counts);

    public void Dispose() => _go.Dispose();
}
