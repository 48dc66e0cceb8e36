namespace Sandbox.Capture;

/// <summary>Sums the packets of a capture up on their way into another sink.</summary>
internal sealed class FlowSink(FlowTable flows, ICaptureSink next) : ICaptureSink
{
    private int _linkType;

    public long Written => next.Written;

    public long Lost => next.Lost;

    public long LeftOut => next.LeftOut;

    public void Begin(CaptureInterface description)
    {
        _linkType = description.LinkType;
        next.Begin(description);
    }

    public void Discard() => next.Discard();

    public void Take(in LiveFrame frame, ReadOnlySpan<byte> data)
    {
        next.Take(frame, data); // first: where another file begins with this packet, the names in it are that file's
        flows.Add(frame.Time, frame.Length, data, _linkType);
    }

    public void Idle() => next.Idle();

    public void Settle() => next.Settle();

    public void End(CaptureCounts counts) => next.End(counts);
}
