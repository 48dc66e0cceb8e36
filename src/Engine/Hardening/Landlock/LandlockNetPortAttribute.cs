using System.Runtime.InteropServices;

namespace Sandbox.Hardening;

/// <summary>struct landlock_net_port_attr. Rule type 2.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LandlockNetPortAttribute
{
    /// <summary>LANDLOCK_RULE_NET_PORT.</summary>
    public const int RuleType = 2;

    /// <summary>allowed_access.</summary>
    public LandlockAccessNet AllowedAccess;

    /// <summary>port.</summary>
    public ulong Port;
}
