namespace Sandbox.Capture;

/// <summary>The frame of the owner probes, below its end: an event as <see cref="OwnerEvent"/> has it, the values of maps, and room to read into.</summary>
internal static class OwnerLayout
{
    public const int EventSize = 104, KeySize = 40, OwnerSize = 32, FlowSize = 16;

    // The event
    public const int Event = -104, Kind = Event, Epoch = -100, Identity = -96, Listens = -92, Time = -88, Stamp = -80, Cookie = -72, Process = -64, Thread = -60, Name = -56, Key = -40;

    // Its last part, which is the key of a flow: the socket's own address and port first, in the order of the network
    public const int Local = -40, Remote = -24, LocalPort = -8, RemotePort = -6, Protocol = -4, Six = -3;

    /// <summary>Who has a socket: process and thread, name, epoch, and whether it is the listener's so far.</summary>
    public const int Owner = -136, OwnerEpoch = Owner + 24;

    /// <summary>Whose a flow is: the socket's cookie and the epoch.</summary>
    public const int Flow = -152, FlowEpoch = Flow + 8;

    public const int Temporary = -160, Pointer = -168, Zero = -176;

    /// <summary>The header of a packet.</summary>
    public const int Header = -216;

    // The numbers that are shared with this process
    public const int EpochNumber = 0, DroppedNumber = 1, Numbers = 2;
}
