namespace Sandbox.Capture;

/// <summary>What is captured, and how.</summary>
public sealed record PacketCaptureOptions
{
    /// <summary>The most bytes of a packet that are kept, where nothing is said: all.</summary>
    public const int WholePackets = 262_144;

    /// <summary>The interface; null for the only one of the namespace, besides loopback.</summary>
    public string? Interface { get; init; }

    /// <summary>The network namespace: a path, or a name of ip-netns(8); null for the caller's.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>A process whose network namespace it is.</summary>
    public int? ProcessId { get; init; }

    /// <summary>From where a sandbox's packets are seen; null for the packets of the interface, whatever it is.</summary>
    public CaptureView? View { get; init; }

    /// <summary>The kind of network that the sandbox has, where the caller knows it.</summary>
    internal NetworkMode? Network { get; init; }

    /// <summary>A filter in the language of pcap-filter(7).</summary>
    public string? Filter { get; init; }

    /// <summary>The most bytes of a packet that are kept.</summary>
    public int SnapLength { get; init; } = WholePackets;

    /// <summary>The size of the kernel's ring.</summary>
    public long BufferSize { get; init; } = 16 << 20;

    /// <summary>The SSLKEYLOGFILE whose keys go into the file; null for none. Of captures into files alone.</summary>
    public string? TlsKeyLog { get; init; }

    /// <summary>Whether every packet is taken and written at once.</summary>
    public bool Immediate { get; init; }

    /// <summary>The most packets.</summary>
    public long MaxPackets { get; init; } = long.MaxValue;

    /// <summary>The longest time.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Whether the process of each packet is told, where it is known.</summary>
    public bool ProcessAttribution { get => field || ProcessInformation; init; }

    /// <summary>Whether it is also told what that process is: its path, arguments, parent, user and start.</summary>
    public bool ProcessInformation { get; init; }
}
