using System.Threading.Channels;

namespace Sandbox.Capture;

/// <summary>Holds packets for a consumer that may be slow. The queue is bounded; what doesn't fit is counted as lost.</summary>
internal sealed class QueueSink : ICaptureSink
{
    private const int Capacity = 65_536;
    private readonly Channel<RawFrame> _queue = Channel.CreateBounded<RawFrame>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });

    /// <summary>The packets, until the capture has ended.</summary>
    public ChannelReader<RawFrame> Packets => _queue.Reader;

    public CaptureInterface Interface { get; private set; } = new();

    public long Written { get; private set; }

    public long Lost { get; private set; }

    public void Begin(CaptureInterface description) => Interface = description;

    public void Take(in LiveFrame frame, ReadOnlySpan<byte> data)
    {
        var packet = new RawFrame
        {
            Time = frame.Time, Length = frame.Length, Drops = frame.Drops > 0 ? frame.Drops : null, Data = data.ToArray(), Flags = (uint)frame.Direction,
            ProcessId = frame.Owner?.ProcessId, ThreadId = frame.Owner?.ThreadId, ProcessName = frame.Owner?.Name, Process = frame.Process,
        };
        if (_queue.Writer.TryWrite(packet)) Written++;
        else Lost++;
    }

    public void Idle()
    {
    }

    public void Settle()
    {
    }

    public void End(CaptureCounts counts) => _queue.Writer.TryComplete();
}
