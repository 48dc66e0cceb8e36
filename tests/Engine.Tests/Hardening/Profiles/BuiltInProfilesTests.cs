using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Profiles;

public sealed class BuiltInProfilesTests
{
    [Fact]
    public void StandardNeedsNoNamespace()
    {
        HardeningProfile p = BuiltInProfiles.Standard;
        Assert.Equal((HardeningTier.Standard, true, NamespaceKinds.None, RootMode.Host, NetworkMode.Host, true, true),
            (p.Tier, p.FailClosed, p.Namespaces, p.Root, p.Network, p.NoNewPrivileges, p.NewSession));
        Assert.Null(p.SeccompPolicy);
        Assert.False(p.CleanEnvironment);
    }

    [Fact]
    public void StrictAsksForEverythingThatAnOrdinaryUserCanHave()
    {
        HardeningProfile p = BuiltInProfiles.Strict;
        Assert.Equal((NamespaceKinds.All, IdentityMode.Sandbox, NetworkMode.None, RootMode.Private, "strict"),
            (p.Namespaces, p.Identity, p.Network, p.Root, p.SeccompPolicy));
        Assert.True(p is { FailClosed: true, Landlock: true, NoNewPrivileges: true, DropCapabilities: true, NewKeyring: true, NewSession: true, CleanEnvironment: true });
        Assert.Null(p.MemoryLimit);
        Assert.Null(p.ProcessLimit);
        Assert.Equal("0", p.ResourceLimits["core"]);
        Assert.DoesNotContain("LD_PRELOAD", p.KeepEnvironment);
    }

    [Fact]
    public void NamesMatchTheirProfiles() =>
        Assert.All(BuiltInProfiles.Names, n => Assert.True(BuiltInProfiles.TryGet(n.ToUpperInvariant(), out HardeningProfile? p) && p.Name == n));
}
