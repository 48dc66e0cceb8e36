namespace Sandbox.Capture;

/// <summary>What an event of the owner probes tells.</summary>
internal enum OwnerEventKind : uint
{
    /// <summary>A socket sent a packet of a flow that wasn't its own before; told before any capture sees the packet.</summary>
    FlowOut = 1,

    /// <summary>One received such a packet; told after captures have seen it, with the packet's time stamp.</summary>
    FlowIn = 2,

    /// <summary>A thread made, bound, connected or closed a socket, or sent with it: another than the one before.</summary>
    Use = 3,

    /// <summary>It received.</summary>
    Receive = 4,

    /// <summary>It accepted the connection.</summary>
    Accept = 5,

    /// <summary>The last descriptor was closed.</summary>
    Release = 6,

    /// <summary>A connection is there that nobody has accepted yet; packets before are of the socket that listens.</summary>
    FlowBegin = 7,
}
