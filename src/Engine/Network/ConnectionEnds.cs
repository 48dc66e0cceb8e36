namespace Sandbox.Network;

/// <summary>Source and destination; addresses of IPv4 in the low 32 bits, an ICMP identifier as both ports.</summary>
internal readonly record struct ConnectionEnds(UInt128 Source, ushort SourcePort, UInt128 Destination, ushort DestinationPort);
