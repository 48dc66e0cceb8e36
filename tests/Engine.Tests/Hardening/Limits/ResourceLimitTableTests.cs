using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Limits;

public sealed class ResourceLimitTableTests
{
    // In glibc the RLIMIT_ names are enumerators with macros of the same name, except some that only the kernel header defines.
    [Fact]
    public void EveryNumberIsTheHeaders()
    {
        Dictionary<string, ulong> header = CHeader.Values(["asm/resource.h"], ResourceLimitTable.All.Select(l => "RLIMIT_" + l.Name.ToUpperInvariant()).Append("RLIM_NLIMITS"));
        Assert.Equal(16UL, header["RLIM_NLIMITS"]);
        Assert.Equal(16, ResourceLimitTable.All.Count);
        Assert.All(ResourceLimitTable.All, l => Assert.Equal(header["RLIMIT_" + l.Name.ToUpperInvariant()], (ulong)l.Number));
    }

    [Fact]
    public void TheAddressSpaceComesLast() => Assert.Equal("as", ResourceLimitTable.All[^1].Name);

    [Theory]
    [InlineData(null, null, 4096UL << 20, 2UL)]
    [InlineData(1.0, 512L << 20, 4096UL << 20, 2UL)]
    [InlineData(10.0, 1024L << 20, 8192UL << 20, 20UL)]
    [InlineData(0.2, 513L << 20, 4104UL << 20, 2UL)]
    public void TheReferencesFormulas(double? timeout, long? memory, ulong addressSpace, ulong cpu)
    {
        var limits = ResourceLimitTable.Evaluate(BuiltInProfiles.ReferenceStrict with { Timeout = timeout, MemoryLimit = memory })
            .ToDictionary(l => l.Limit.Name, l => l.Value);
        Assert.Equal((addressSpace, cpu, 256UL), (limits["as"], limits["cpu"], limits["nofile"]));
        var standard = Assert.Single(ResourceLimitTable.Evaluate(BuiltInProfiles.ReferenceStandard with { Timeout = timeout, MemoryLimit = memory }));
        Assert.Equal(("as", addressSpace), (standard.Limit.Name, standard.Value));
    }

    [Fact]
    public void AnUnknownNameIsAnErrorWithASuggestion()
    {
        var profile = new HardeningProfile { Name = "x", ResourceLimits = new Dictionary<string, string> { ["nofiles"] = "1" } };
        var e = Assert.Throws<SandboxException>(() => ResourceLimitTable.Evaluate(profile));
        Assert.Contains("Did you mean 'nofile'?", e.Message);
    }
}
