namespace Sandbox.Bpf;

/// <summary>Where a program of a cgroup runs, by its number (enum bpf_attach_type).</summary>
internal enum BpfCgroupHook : uint
{
    /// <summary>A packet reaches a socket.</summary>
    Ingress = 0,

    /// <summary>A socket sends a packet; before the link's address is resolved.</summary>
    Egress = 1,

    /// <summary>A socket is made.</summary>
    SocketCreate = 2,

    /// <summary>A socket was bound.</summary>
    Bound4 = 12,

    /// <summary>The same for IPv6.</summary>
    Bound6 = 13,

    /// <summary>The last descriptor of a socket is closed.</summary>
    SocketRelease = 34,
}
