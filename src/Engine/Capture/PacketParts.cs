namespace Sandbox.Capture;

/// <summary>What the dissector has found so far: it stays where a later part of the packet is malformed.</summary>
internal record struct PacketParts
{
    public string? Protocol { get; set; }

    public string? Source { get; set; }

    public string? Destination { get; set; }

    public int? SourcePort { get; set; }

    public int? DestinationPort { get; set; }

    public string? TcpFlags { get; set; }

    public int? Vlan { get; set; }

    public string? Info { get; set; }
}
