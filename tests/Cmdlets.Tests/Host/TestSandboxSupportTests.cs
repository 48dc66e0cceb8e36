namespace Sandbox.Cmdlets.Tests.Host;

public sealed class TestSandboxSupportTests : IDisposable
{
    private readonly ModuleRunspace _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("pidfd")]
    [InlineData("pasta")]
    [InlineData("subordinate_ids")]
    public void It_says_what_the_report_says(string name)
    {
        var row = _session.Invoke("param($n) Get-SandboxSupport $n", name).Single<SandboxFeature>();
        Assert.Equal(row.Supported, _session.Invoke("param($n) Test-SandboxSupport $n", name).Single<bool>());
    }

    [Fact]
    public void An_unknown_name_ends_it_and_suggests_the_nearest()
    {
        var result = _session.Invoke("Test-SandboxSupport -Name cgroup_memroy; 'not reached'");
        Assert.Equal("SandboxSupport,NOT_FOUND,Sandbox.Cmdlets.TestSandboxSupportCommand", result.SingleError().FullyQualifiedErrorId);
        Assert.Contains("'cgroup_memory'", result.SingleError().Exception.Message);
        var stopped = _session.Invoke("try { Test-SandboxSupport -Name cgroup_memroy } catch { 'caught' }");
        Assert.Equal("caught", stopped.Single<string>());
    }

    [Fact]
    public void Verbose_tells_what_was_seen()
    {
        var result = _session.Invoke("Test-SandboxSupport pidfd -Verbose").Succeeded();
        Assert.Contains(result.Verbose, v => v.StartsWith("pidfd: ", StringComparison.Ordinal));
    }

    [Fact]
    public void It_takes_names_from_the_pipeline() =>
        Assert.Equal(2, _session.Invoke("'pidfd', 'landlock' | Test-SandboxSupport").Succeeded().Objects.Count(o => o.BaseObject is bool));
}
