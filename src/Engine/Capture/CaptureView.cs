namespace Sandbox.Capture;

/// <summary>From where a sandbox's packets are seen.</summary>
public enum CaptureView
{
    /// <summary>In the sandbox: as its programs send and get them.</summary>
    Child,

    /// <summary>The same packets as they leave the host and come to it: with the address and port that NAT gave the flow. What stays on the host, or is refused, isn't in it.</summary>
    Egress,

    /// <summary>On the host's interface: the sandbox's flows, and nobody else's.</summary>
    WireEgress,

    /// <summary>Child and Egress, a file each.</summary>
    Both,
}
