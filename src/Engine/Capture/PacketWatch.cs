namespace Sandbox.Capture;

/// <summary>A capture of packets into a bounded queue, for a consumer that takes them one by one.</summary>
public sealed class PacketWatch : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly CaptureLoop _loop;
    private readonly QueueSink _sink;

    private PacketWatch(CaptureLoop loop, QueueSink sink) => (_loop, _sink) = (loop, sink);

    /// <summary>The interface.</summary>
    public string Interface => _loop.Interface;

    /// <summary>The packets that came; once it has ended, the sum of the three below.</summary>
    public long Received => _loop.Counts.Received;

    /// <summary>The packets that reached the queue.</summary>
    public long Written => _loop.Counts.Written;

    /// <summary>The packets that were left out: by the filter before it was in force in the kernel, the outgoing half of loopback, and what came after the most packets.</summary>
    public long Filtered => _loop.Counts.Filtered;

    /// <summary>The packets that were lost, by the kernel or because the consumer was too slow.</summary>
    public long Dropped => _loop.Counts.Dropped;

    /// <summary>The packets of which the process is known; 0 without process attribution.</summary>
    public long Attributed => _loop.Attributed;

    /// <summary>The events of sockets that had no room: the process of packets around then isn't told.</summary>
    public long LostOwnerEvents => _loop.LostOwnerEvents;

    /// <summary>When it began.</summary>
    public DateTimeOffset StartTime { get; } = DateTimeOffset.Now;

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? EndTime => _loop.HasEnded ? _loop.EndTime : null;

    /// <summary>What ended it before its time; null where nothing did.</summary>
    public SandboxException? Failure => _loop.Failure;

    /// <summary>Starts one. When this returns the ring takes packets; what keeps it from that is an exception.</summary>
    public static PacketWatch Start(PacketCaptureOptions options)
    {
        var sink = new QueueSink();
        return new(CaptureLoop.Start(options, sink, options.ProcessId), sink);
    }

    /// <summary>The packets as they come, until the capture ends or the reading is cancelled.</summary>
    /// <exception cref="SandboxException">What ended the capture before its time; all packets before it came.</exception>
    public IEnumerable<PacketRecord> Read(CancellationToken cancellation)
    {
        while (Await(cancellation))
        {
            while (!cancellation.IsCancellationRequested && _sink.Packets.TryRead(out var frame)) yield return PacketDissector.Dissect(frame, _sink.Interface.Name, _sink.Interface.LinkType);
        }

        if (!cancellation.IsCancellationRequested && Failure is { } failure) throw failure;
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _loop.RequestStop();
        _loop.Join(Patience);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Interface}: {Received} received, {Dropped} dropped";

    private bool Await(CancellationToken cancellation)
    {
        try
        {
            return _sink.Packets.WaitToReadAsync(cancellation).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
