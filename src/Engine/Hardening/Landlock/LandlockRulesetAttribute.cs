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
