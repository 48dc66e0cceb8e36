namespace Sandbox.Capture;

/// <summary>The frame of the owner probes, below its end: an event as <see cref="OwnerEvent"/> has it, the values of maps, and room to read into.</summary>
internal static class OwnerLayout
{
    public const int EventSize = 120, KeySize = 40, OwnerSize = ActorSize + 8, FlowSize = 16;

    // The event
    public const int Event = -120, Kind = Event, Epoch = -116, Identity = -112, Listens = -108, Time = -104, Stamp = -96, Cookie = -88, Key = -40;

    /// <summary>Who acts: process and thread, name, start, and which program it runs.</summary>
    public const int Process = -80, Thread = -76, Name = -72, Started = -56, Program = -48, ActorSize = Key - Process;

    // Its last part, which is the key of a flow: the socket's own address and port first, in the order of the network
    public const int Local = -40, Remote = -24, LocalPort = -8, RemotePort = -6, Protocol = -4, Six = -3;

    /// <summary>Addresses don't reach so high: above is how many programs were executed.</summary>
    public const int ExecutionsShift = 56;

    /// <summary>Who has a socket, the epoch, and whether it is the listener's so far.</summary>
    public const int Owner = -168, OwnerEpoch = Owner + ActorSize;

    /// <summary>Whose a flow is: the socket's cookie and the epoch.</summary>
    public const int Flow = -184, FlowEpoch = Flow + 8;

    public const int Temporary = -192, Pointer = -200, Zero = -208;

    /// <summary>The header of a packet.</summary>
    public const int Header = -248;

    // The numbers that are shared with this process
    public const int EpochNumber = 0, DroppedNumber = 1, ProcessesNumber = 2, Numbers = 3;
}
