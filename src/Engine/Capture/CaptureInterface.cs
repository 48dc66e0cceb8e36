namespace Sandbox.Capture;

/// <summary>An interface whose packets are in a capture file.</summary>
public sealed record CaptureInterface
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is.</summary>
    public string? Description { get; init; }

    /// <summary>The form of its frames, a LINKTYPE_ number of tcpdump.org; 1 is Ethernet.</summary>
    public int LinkType { get; init; } = 1;

    /// <summary>The most bytes that are kept of a packet; 0 for all.</summary>
    public long SnapLength { get; init; } = 262_144;

    /// <summary>The filter that its packets passed.</summary>
    public string? Filter { get; init; }

    /// <summary>The operating system that captured.</summary>
    public string? OperatingSystem { get; init; }

    /// <summary>Time stamps per second.</summary>
    public double TicksPerSecond { get; init; } = 1e9;

    /// <summary>How many packets of it are in the file; null where they weren't counted.</summary>
    public long? Packets { get; init; }

    /// <summary>What the capture counted, where the file says it.</summary>
    public CaptureStatistics? Statistics { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
