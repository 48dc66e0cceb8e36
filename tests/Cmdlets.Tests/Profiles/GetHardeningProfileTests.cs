using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Profiles;

public sealed class GetHardeningProfileTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("", "Standard,Strict,ReferenceStandard,ReferenceStrict")]
    [InlineData("S*", "Standard,Strict")]
    [InlineData("strict", "Strict")]
    [InlineData("Strict, Standard", "Strict,Standard")]
    public void It_finds_by_name(string names, string found) =>
        Assert.Equal(found, string.Join(',', session.Invoke($"(Get-HardeningProfile {names}).Name").Succeeded().Objects));

    [Fact]
    public void An_unknown_name_is_an_error_that_names_the_known_ones()
    {
        ErrorRecord error = session.Invoke("Get-HardeningProfile Stric").SingleError();
        Assert.Equal("GetHardeningProfile,NOT_FOUND,Sandbox.Cmdlets.GetHardeningProfileCommand", error.FullyQualifiedErrorId);
        Assert.Contains("ReferenceStrict", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_prints_as_its_name() => Assert.Equal("Strict", session.Invoke("\"$(Get-HardeningProfile Strict)\"").Single<string>());
}
