namespace Sandbox.Hardening;

/// <summary>LANDLOCK_ACCESS_NET_* of linux/landlock.h.</summary>
[Flags]
public enum LandlockAccessNet : ulong
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>bind(2) of a TCP port.</summary>
    BindTcp = 1,

    /// <summary>connect(2) to a TCP port.</summary>
    ConnectTcp = 2,
}
