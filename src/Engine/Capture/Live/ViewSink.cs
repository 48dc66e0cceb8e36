namespace Sandbox.Capture;

/// <summary>The packets of a view that shows not all, or not as they are.</summary>
internal abstract class ViewSink(EgressPlaces places, ICaptureSink file) : ICaptureSink
{
    private const int Ethernet = 1;
    private long _drops, _unseen;

    public long Written => file.Written;

    public long Lost => file.Lost + _unseen;

    public long LeftOut { get; private set; }

    /// <summary>What NAT made of the flows.</summary>
    protected EgressPlaces Places { get; } = places;

    public void Begin(CaptureInterface description)
    {
        if (description.LinkType != Ethernet) throw CaptureFailure.View($"{description.Name} isn't an Ethernet interface");
        file.Begin(description);
    }

    public void Discard() => file.Discard();

    public void Take(in LiveFrame frame, ReadOnlySpan<byte> data)
    {
        _unseen++; // should the kernel not answer
        var seen = See(frame.Time, data);
        _unseen--;
        if (!seen.IsEmpty)
        {
            file.Take(frame with { Drops = frame.Drops + _drops }, seen);
            _drops = 0;
        }
        else
        {
            LeftOut++;
            _drops += frame.Drops; // told by the next one
        }
    }

    public void Idle() => file.Idle();

    public void Settle() => file.Settle();

    public void End(CaptureCounts counts)
    {
        Places.Dispose();
        file.End(counts);
    }

    /// <summary>The frame as this view shows it; empty where it doesn't.</summary>
    protected abstract ReadOnlySpan<byte> See(long time, ReadOnlySpan<byte> data);
}
