using System.Runtime.InteropServices;

namespace Sandbox.Hardening;

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
