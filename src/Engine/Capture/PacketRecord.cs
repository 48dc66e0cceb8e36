namespace Sandbox.Capture;

/// <summary>A packet, dissected as far as addresses, ports and kind.</summary>
public sealed record PacketRecord
{
    /// <summary>When it was captured, to 100 nanoseconds; see <see cref="UnixNanoseconds"/>.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>When it was captured: nanoseconds since 1970.</summary>
    public long UnixNanoseconds { get; init; }

    /// <summary>The length that it had on the wire.</summary>
    public long Length { get; init; }

    /// <summary>How much of it was kept.</summary>
    public int CapturedLength { get; init; }

    /// <summary>The interface that it was captured on.</summary>
    public string InterfaceName { get; init; } = "";

    /// <summary>TCP, UDP, ICMP, ICMPv6, ARP, or another protocol's name.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>The address that it comes from: of IP, or of the link where it carries none.</summary>
    public string? SourceAddress { get; init; }

    /// <summary>The address that it goes to.</summary>
    public string? DestinationAddress { get; init; }

    /// <summary>The port that it comes from.</summary>
    public int? SourcePort { get; init; }

    /// <summary>The port that it goes to.</summary>
    public int? DestinationPort { get; init; }

    /// <summary>The flags of TCP that are set, such as <c>SYN ACK</c>.</summary>
    public string? TcpFlags { get; init; }

    /// <summary>Which way it passed the interface, where its link addresses or the file tell.</summary>
    public PacketDirection Direction { get; init; }

    /// <summary>The outermost VLAN.</summary>
    public int? Vlan { get; init; }

    /// <summary>The rest in short.</summary>
    public string Info { get; init; } = "";

    /// <summary>The process that sent or receives it, where that is known: with -ProcessAttribution, or where the file says it.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The name of that process, at most 15 bytes (proc_pid_comm(5)), likewise.</summary>
    public string? ProcessName { get; init; }

    /// <summary>What else is known of that process: with -ProcessInformation, or where the file says it.</summary>
    public CapturedProcess? Process { get; init; }

    /// <summary>How many packets were lost just before it, where the file says it.</summary>
    public long? DroppedBefore { get; init; }

    /// <summary>The remark that the file has on it.</summary>
    public string? Comment { get; init; }

    /// <summary>The captured bytes.</summary>
    public byte[] Data { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Protocol} {SourceAddress}{Port(SourcePort)} > {DestinationAddress}{Port(DestinationPort)} {Info}".TrimEnd();

    private static string Port(int? port) => port is { } number ? $":{number}" : "";
}
