namespace Sandbox.Capture;

/// <summary>What is in a capture file, in sum.</summary>
public sealed record CaptureFile
{
    /// <summary>The file.</summary>
    public string Path { get; init; } = "";

    /// <summary>pcapng or pcap.</summary>
    public string Format { get; init; } = "";

    /// <summary>How many packets it has.</summary>
    public long Packets { get; init; }

    /// <summary>Their bytes, as they were on the wire.</summary>
    public long Bytes { get; init; }

    /// <summary>How many packets the file says were lost; null where it doesn't say.</summary>
    public long? Dropped { get; init; }

    /// <summary>The earliest time of a packet.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>The latest time of a packet.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>The time between them.</summary>
    public TimeSpan? Duration => EndTime - StartTime;

    /// <summary>The interfaces, with the packets of each and what the capture counted.</summary>
    public IReadOnlyList<CaptureInterface> Interfaces { get; init; } = [];

    /// <summary>The machines and programs that made it.</summary>
    public IReadOnlyList<CaptureSection> Sections { get; init; } = [];

    /// <summary>The processes that it tells of.</summary>
    public IReadOnlyList<CapturedProcess> Processes { get; init; } = [];

    /// <summary>What is missing at its end; null for a whole file.</summary>
    public string? Truncation { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
