using System.Management.Automation;
using System.Xml.Linq;

namespace Sandbox.Cmdlets.Tests.Host;

public sealed class GetSandboxSupportTests : IDisposable
{
    private readonly ModuleRunspace _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void It_writes_a_row_for_each_capability()
    {
        var rows = _session.Invoke("Get-SandboxSupport").Succeeded().Objects;
        Assert.All(rows, r => Assert.IsType<SandboxFeature>(r.BaseObject));
        string[] names = [.. rows.Select(r => ((SandboxFeature)r.BaseObject).Name)];
        Assert.Equal(names.Distinct(), names);
        foreach (var name in new[] { "user_namespace", "subordinate_ids", "time_namespace", "private_root", "landlock", "seccomp_log", "seccomp_wait_killable", "memfd_exec", "audit_multicast", "bpf_ring_buffer", "cgroup_layout", "cgroup_memory", "packet_socket", "tun_device", "pasta", "nft", "newuidmap" })
            Assert.Contains(name, names);
    }

    [Fact]
    public void Wildcards_choose()
    {
        var names = _session.Invoke("(Get-SandboxSupport -Name *_NAMESPACE, landlock).Name").Succeeded().Objects.Select(o => o.ToString()!).ToArray();
        Assert.Equal("landlock", names[^1]);
        Assert.Equal(9, names.Length);
        Assert.Empty(_session.Invoke("Get-SandboxSupport nothing*").Succeeded().Objects);
    }

    [Fact]
    public void Names_come_by_the_pipeline_and_by_property() =>
        Assert.Equal(["landlock", "pidfd"], _session.Invoke("'landlock', [pscustomobject]@{ Name = 'pidfd' } | Get-SandboxSupport | ForEach-Object Name").Succeeded().Objects.Select(o => o.ToString()!));

    [Fact]
    public void An_unknown_name_is_an_error_and_the_rest_goes_on()
    {
        var result = _session.Invoke("Get-SandboxSupport landlok, pidfd");
        var error = Assert.Single(result.Errors);
        Assert.Equal("SandboxSupport,NOT_FOUND,Sandbox.Cmdlets.GetSandboxSupportCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Contains("'landlock'", error.Exception.Message);
        Assert.Equal("pidfd", ((SandboxFeature)Assert.Single(result.Objects).BaseObject).Name);
    }

    [Fact]
    public void Completion_says_what_is_lost()
    {
        var match = Assert.Single(_session.Complete("Get-SandboxSupport -Name cgroup_m"));
        Assert.Equal("cgroup_memory", match.CompletionText);
        Assert.Contains("MemoryLimit", match.ToolTip);
    }

    [Fact]
    public void The_view_groups_by_area_and_fits_100_columns()
    {
        var text = _session.Render("Get-SandboxSupport");
        Assert.Contains("Area: Namespaces", text);
        Assert.Contains("Area: Network", text);
        Assert.Contains("user_namespace", text);
        Assert.All(text.Split('\n'), l => Assert.InRange(l.TrimEnd().Length, 0, 100));
    }

    [Fact]
    public void A_row_that_says_no_shows_its_remedy()
    {
        var missing = _session.Invoke("Get-SandboxSupport").Succeeded().Objects.Select(o => (SandboxFeature)o.BaseObject).FirstOrDefault(r => !r.Supported);
        Assert.SkipWhen(missing is null, "this machine has every capability");
        var text = string.Concat(_session.Render("param($n) Get-SandboxSupport $n", missing.Name).Where(c => !char.IsWhiteSpace(c)));
        Assert.Contains(string.Concat(missing.Remedy![..20].Where(c => !char.IsWhiteSpace(c))), text);
    }

    [Fact]
    public void Rows_survive_serialization_whole()
    {
        var xml = XDocument.Parse(_session.Invoke("[System.Management.Automation.PSSerializer]::Serialize((Get-SandboxSupport landlock))").Single<string>());
        var names = xml.Descendants().Attributes("N").Select(a => a.Value).ToArray();
        foreach (var name in new[] { "Name", "Area", "Supported", "Version", "Detail", "Errno", "ErrnoName", "Lost", "Remedy" }) Assert.Contains(name, names);
        var text = _session.Render("param($x) [System.Management.Automation.PSSerializer]::Deserialize($x)", xml.ToString());
        Assert.Contains("Area: Landlock", text);
    }

    [Fact]
    public void Sessions_of_one_process_report_at_once() => Parallel.For(0, 4, _ =>
    {
        using var session = new ModuleRunspace();
        Assert.All(session.Invoke("Get-SandboxSupport user_namespace, pid_namespace, private_proc, seccomp_notification, cgroup_layout").Succeeded().Objects,
            o => Assert.NotEqual("ETIMEDOUT", ((SandboxFeature)o.BaseObject).ErrnoName));
    });
}
