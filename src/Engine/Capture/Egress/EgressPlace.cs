namespace Sandbox.Capture;

/// <summary>What NAT makes of the child's end of a flow.</summary>
/// <param name="Address">The host's address: 128 bits of IPv6, or 32 of IPv4.</param>
/// <param name="Port">The host's port, or the identifier of its ICMP echo.</param>
internal readonly record struct EgressPlace(UInt128 Address, ushort Port);
