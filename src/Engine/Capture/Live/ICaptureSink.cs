namespace Sandbox.Capture;

/// <summary>Where the packets of a capture go; called by the capture's thread alone.</summary>
internal interface ICaptureSink
{
    /// <summary>How many packets are where they belong.</summary>
    public long Written { get; }

    /// <summary>How many packets it took and lost.</summary>
    public long Lost { get; }

    /// <summary>How many packets it took that don't belong into it.</summary>
    public long LeftOut => 0;

    /// <summary>The ring is open; an exception here makes the start fail.</summary>
    public void Begin(CaptureInterface description);

    /// <summary>The start fails after all: what was begun is taken back.</summary>
    public void Discard()
    {
    }

    public void Take(in LiveFrame frame, ReadOnlySpan<byte> data);

    /// <summary>No packet waits; called at least every 50 ms.</summary>
    public void Idle();

    /// <summary>No packet comes any more: those that it holds go where they belong.</summary>
    public void Settle();

    /// <summary>The end, with what became of all packets.</summary>
    public void End(CaptureCounts counts);
}
