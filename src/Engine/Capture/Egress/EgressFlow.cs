namespace Sandbox.Capture;

/// <summary>A flow as one end of it, here or on the host, and the other side tell it apart.</summary>
/// <param name="Six">IPv6, or IPv4.</param>
/// <param name="Protocol">The number of the protocol.</param>
/// <param name="Port">The port of this end, or the identifier of its ICMP echo.</param>
/// <param name="Remote">The other address: 128 bits of IPv6, or 32 of IPv4.</param>
/// <param name="RemotePort">The other port; 0 for ICMP echo.</param>
internal readonly record struct EgressFlow(bool Six, byte Protocol, ushort Port, UInt128 Remote, ushort RemotePort);
