namespace Sandbox.Network;

/// <summary>A connection of the kernel's table: its ends as they were, and as they are after NAT.</summary>
/// <param name="Six">IPv6, or IPv4.</param>
/// <param name="Protocol">The number of the protocol.</param>
/// <param name="Original">The first packet's ends.</param>
/// <param name="Reply">The ends of the packets that answer it.</param>
/// <param name="Gone">Whether the kernel has forgotten it.</param>
internal readonly record struct NatTranslation(bool Six, byte Protocol, ConnectionEnds Original, ConnectionEnds Reply, bool Gone);
