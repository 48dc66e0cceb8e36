namespace Sandbox.Capture;

/// <summary>How far a TCP connection got, by the packets that were seen.</summary>
public enum PacketFlowState
{
    /// <summary>The client asked for it; no answer was seen.</summary>
    SynSent,

    /// <summary>The server answered, or it was there before the capture.</summary>
    Established,

    /// <summary>One side has ended its half.</summary>
    Closing,

    /// <summary>Both sides have ended it.</summary>
    Closed,

    /// <summary>It was broken off.</summary>
    Reset,

    /// <summary>The server, or whatever answers for it, wouldn't have it.</summary>
    Refused,
}
