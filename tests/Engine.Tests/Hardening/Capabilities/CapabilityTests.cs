using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Capabilities;

public sealed class CapabilityTests
{
    [Fact]
    public void TheNumbersAreTheHeaders()
    {
        Dictionary<string, ulong> header = CHeader.Values(["linux/capability.h"], [.. Capability.Names, "CAP_LAST_CAP"]);
        Assert.Equal(41, Capability.Names.Count);
        Assert.True(header.Count >= 38);
        foreach ((string name, ulong number) in header.Where(h => h.Key != "CAP_LAST_CAP"))
            Assert.Equal(number, (ulong)Capability.Parse(name));
    }

    [Fact]
    public void ParsesInAnyFormAndSuggests()
    {
        Assert.Equal(10, Capability.Parse("net_bind_service"));
        Assert.Contains("CAP_SYS_ADMIN", Assert.Throws<SandboxException>(() => Capability.Parse("CAP_SYS_ADMN")).Message);
        Assert.Equal(["CAP_CHOWN", "CAP_KILL", "CAP_63"], Capability.NamesOf(1UL << 63 | 0x21));
        Assert.Equal(0x21UL, Capability.SetOf(["CAP_KILL", "chown"]));
    }

    [Fact]
    public void TheKernelsLastIsInTheBoundingSetsRange()
    {
        Assert.InRange(Capability.KernelLast(), 37, 63);
        Assert.Throws<SandboxException>(() => Capability.KernelLast(_ => "many"));
    }
}
