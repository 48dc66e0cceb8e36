namespace Sandbox.Capture;

/// <summary>The packets between two ends, in sum: a TCP connection, or what UDP, ICMP or another protocol sent between the same addresses and ports.</summary>
public sealed record PacketFlow
{
    /// <summary>TCP, UDP, ICMP, ICMPv6, or another protocol's name, or its number.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Who began: the sender of the SYN, or of the first packet that was seen.</summary>
    public string ClientAddress { get; init; } = "";

    /// <summary>The client's port; of ICMP echoes their identifier. Null without one, and for fragments after the first.</summary>
    public int? ClientPort { get; init; }

    /// <summary>The other end.</summary>
    public string ServerAddress { get; init; } = "";

    /// <summary>The server's port, as the client's.</summary>
    public int? ServerPort { get; init; }

    /// <summary>The names that DNS answers before the flow's first packet gave for the server's address; at most 64.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>The process whose socket it is; null where that isn't known.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The name of that process; null where it isn't known.</summary>
    public string? ProcessName { get; init; }

    /// <summary>How far the connection got; null but for TCP.</summary>
    public PacketFlowState? State { get; init; }

    /// <summary>The packets from the client.</summary>
    public long PacketsSent { get; init; }

    /// <summary>The packets to the client.</summary>
    public long PacketsReceived { get; init; }

    /// <summary>The packets of both directions.</summary>
    public long Packets => PacketsSent + PacketsReceived;

    /// <summary>The bytes from the client: whole packets with all headers, as they were on the wire.</summary>
    public long BytesSent { get; init; }

    /// <summary>The bytes to the client.</summary>
    public long BytesReceived { get; init; }

    /// <summary>The bytes of both directions.</summary>
    public long Bytes => BytesSent + BytesReceived;

    /// <summary>The time of the first packet.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>The time of the last packet so far.</summary>
    public DateTimeOffset EndTime { get; init; }

    /// <summary>The time between them.</summary>
    public TimeSpan Duration => EndTime - StartTime;

    /// <inheritdoc/>
    public override string ToString() => $"{Protocol} {End(ClientAddress, ClientPort)} > {End(ServerAddress, ServerPort)}";

    private static string End(string address, int? port) => port is not { } number ? address : address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{number}" : $"{address}:{number}";
}
