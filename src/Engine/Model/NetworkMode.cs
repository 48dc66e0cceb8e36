namespace Sandbox;

/// <summary>Which network the target sees.</summary>
public enum NetworkMode
{
    /// <summary>The caller's.</summary>
    Host,

    /// <summary>A network namespace of its own with only the loopback interface.</summary>
    None,

    /// <summary>A network namespace of its own, whose connections leave by the host's addresses. It needs root, and nft.</summary>
    Nat,

    /// <summary>
    /// A network namespace of its own, whose connections pasta makes as the caller's. It needs no privilege, but a user namespace, pasta
    /// and nft, and /dev/net/tun open to the caller.
    /// </summary>
    User,
}
