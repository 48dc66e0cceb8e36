namespace Sandbox.Capture;

/// <summary>A flow of the child, as NAT tells flows apart.</summary>
/// <param name="Protocol">The number of the protocol.</param>
/// <param name="Port">The child's port, or the identifier of its ICMP echo.</param>
/// <param name="Remote">The other address: 128 bits of IPv6, or 32 of IPv4.</param>
/// <param name="RemotePort">The other port; 0 for ICMP echo.</param>
internal readonly record struct EgressFlow(byte Protocol, ushort Port, UInt128 Remote, ushort RemotePort);
