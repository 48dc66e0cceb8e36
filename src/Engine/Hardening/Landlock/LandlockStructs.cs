using System.Runtime.InteropServices;

namespace Sandbox.Hardening;

/// <summary>struct landlock_ruleset_attr. Older kernels know only a prefix: pass <see cref="LandlockAbi.RulesetAttributeSize"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LandlockRulesetAttribute
{
    /// <summary>handled_access_fs.</summary>
    public LandlockAccessFs HandledAccessFs;

    /// <summary>handled_access_net, since ABI 4.</summary>
    public LandlockAccessNet HandledAccessNet;

    /// <summary>scoped, since ABI 6.</summary>
    public LandlockScope Scoped;
}

/// <summary>struct landlock_path_beneath_attr, which is packed. Rule type 1.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct LandlockPathBeneathAttribute
{
    /// <summary>LANDLOCK_RULE_PATH_BENEATH.</summary>
    public const int RuleType = 1;

    /// <summary>allowed_access.</summary>
    public LandlockAccessFs AllowedAccess;

    /// <summary>parent_fd.</summary>
    public int ParentDescriptor;
}

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
