namespace Sandbox.Capture;

/// <summary>How far a capture is.</summary>
public enum PacketCaptureState
{
    /// <summary>It captures.</summary>
    Running,

    /// <summary>It ended as it was told to.</summary>
    Stopped,

    /// <summary>Something ended it; Failure says what.</summary>
    Failed,
}
