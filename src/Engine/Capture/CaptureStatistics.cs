namespace Sandbox.Capture;

/// <summary>What a capture counted of one interface. Received is the sum of the packets that were written, left out, and dropped.</summary>
public sealed record CaptureStatistics
{
    /// <summary>When the capture began.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>The packets that came.</summary>
    public long? Received { get; init; }

    /// <summary>Those that were lost.</summary>
    public long? Dropped { get; init; }

    /// <summary>Those that passed the filter.</summary>
    public long? Accepted { get; init; }

    /// <summary>Those that are in the file.</summary>
    public long? Delivered { get; init; }
}
