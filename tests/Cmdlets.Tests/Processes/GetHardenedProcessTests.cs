using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Processes;

public sealed class GetHardenedProcessTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_finds_by_id_name_property_and_state()
    {
        var process = session.Invoke("Start-HardenedProcess sleep -ArgumentList 60").Single<HardenedProcess>();
        try
        {
            Assert.Same(process, session.Invoke("param($p) Get-HardenedProcess -Id $p.Id", process).Single<HardenedProcess>());
            Assert.Same(process, session.Invoke("param($p) [pscustomobject]@{ ProcessId = $p.Id } | Get-HardenedProcess", process).Single<HardenedProcess>());
            Assert.Contains(process, Found("Get-HardenedProcess sl*"));
            Assert.Contains(process, Found("Get-HardenedProcess -Running"));
            process.Stop(TimeSpan.Zero);
            Assert.DoesNotContain(process, Found("Get-HardenedProcess -Running"));
            Assert.Contains(process, Found("Get-HardenedProcess"));
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }

    [Theory]
    [InlineData("no-such-name")]
    [InlineData("-Id 1")]
    public void What_is_not_there_is_an_error(string parameters)
    {
        ErrorRecord error = session.Invoke("Get-HardenedProcess " + parameters).SingleError();
        Assert.Equal("GetHardenedProcess,NOT_FOUND,Sandbox.Cmdlets.GetHardenedProcessCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
    }

    [Fact]
    public void A_pattern_without_a_match_is_none() => Assert.Empty(session.Invoke("Get-HardenedProcess no-such-*").Succeeded().Objects);

    private IEnumerable<object> Found(string script) => session.Invoke(script).Succeeded().Objects.Select(o => o.BaseObject);
}
