namespace Sandbox.Hardening;

/// <summary>LANDLOCK_SCOPE_* of linux/landlock.h: what stays inside of the domain.</summary>
[Flags]
public enum LandlockScope : ulong
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>Connections to abstract unix sockets.</summary>
    AbstractUnixSocket = 1,

    /// <summary>Signals.</summary>
    Signal = 2,
}
