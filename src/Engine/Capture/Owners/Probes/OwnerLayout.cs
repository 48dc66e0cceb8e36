namespace Sandbox.Capture;

/// <summary>The frame of the owner probes, below its end: an event as <see cref="OwnerEvent"/> has it, the values of maps, and room to read into.</summary>
internal static class OwnerLayout
{
    public const int EventSize = 128, KeySize = 40, OwnerSize = ActorSize + 8, FlowSize = 16;

    // The event
    public const int Event = -128, Kind = Event, Epoch = -124, Identity = -120, Listens = -116, Time = -112, Stamp = -104, Cookie = -96, Key = -40;

    /// <summary>Who acts: process and thread, name, start, which program it runs, and for which user.</summary>
    public const int Process = -88, Thread = -84, Name = -80, Started = -64, Program = -56, Executions = -48, User = -44, ActorSize = Key - Process;

    // Its last part, which is the key of a flow: the socket's own address and port first, in the order of the network
    public const int Local = -40, Remote = -24, LocalPort = -8, RemotePort = -6, Protocol = -4, Six = -3;

    /// <summary>Who has a socket, the epoch, and whether it is the listener's so far.</summary>
    public const int Owner = -176, OwnerEpoch = Owner + ActorSize;

    /// <summary>Whose a flow is: the socket's cookie and the epoch.</summary>
    public const int Flow = -192, FlowEpoch = Flow + 8;

    public const int Temporary = -200, Pointer = -208, Zero = -216;

    /// <summary>The header of a packet.</summary>
    public const int Header = -256;

    // The numbers that are shared with this process
    public const int EpochNumber = 0, DroppedNumber = 1, ProcessesNumber = 2, Numbers = 3;
}
