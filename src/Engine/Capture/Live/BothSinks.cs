namespace Sandbox.Capture;

/// <summary>Each packet as the sandbox has it, and as it leaves the host.</summary>
internal sealed class BothSinks(ICaptureSink child, ViewSink egress) : ICaptureSink
{
    public long Written => child.Written;

    public long Lost => child.Lost;

    public void Begin(CaptureInterface description)
    {
        child.Begin(description);
        try
        {
            egress.Begin(description);
        }
        catch
        {
            child.Discard();
            throw;
        }
    }

    public void Take(in LiveFrame frame, ReadOnlySpan<byte> data)
    {
        try
        {
            child.Take(frame, data);
        }
        finally
        {
            egress.Take(frame, data); // the loop has counted it
        }
    }

    public void Idle()
    {
        child.Idle();
        egress.Idle();
    }

    public void Settle() => Both(child.Settle, egress.Settle);

    public void End(CaptureCounts counts) => Both(() => child.End(counts), () => egress.End(OfEgress(counts)));

    /// <summary>What became of the packets in the second file.</summary>
    public CaptureCounts OfEgress(CaptureCounts counts)
    {
        var lost = counts.Dropped - child.Lost + egress.Lost;
        return counts with { Written = egress.Written, Filtered = counts.Filtered + egress.LeftOut, Dropped = lost };
    }

    private static void Both(Action first, Action second)
    {
        try
        {
            first();
        }
        finally
        {
            second();
        }
    }
}
