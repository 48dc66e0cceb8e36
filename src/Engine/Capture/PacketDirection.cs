namespace Sandbox.Capture;

/// <summary>Which way a packet passed its interface.</summary>
public enum PacketDirection
{
    /// <summary>Nothing tells: an interface without link addresses, such as loopback, or a frame from another to another.</summary>
    Unknown,

    /// <summary>In, by its destination: the interface's own address, or one of a group.</summary>
    Inbound,

    /// <summary>Out, by its source: the interface's own address.</summary>
    Outbound,
}
