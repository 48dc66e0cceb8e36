using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Profiles;

public sealed class NewHardeningProfileTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_changes_what_is_named_and_keeps_the_rest()
    {
        var profile = session.Invoke("New-HardeningProfile Mine -MemoryLimit 1GB -Timeout 1m -HiddenPath /opt -DenySyscall '@clock' -ResourceLimit @{ stack = '8MB' } -MemoryDenyWriteExecute").Single<HardeningProfile>();
        Assert.Equal(("Mine", 1L << 30, 60.0), (profile.Name, profile.MemoryLimit, profile.Timeout));
        Assert.Equal(["/opt"], profile.HiddenPaths);
        Assert.Equal(["@clock"], profile.DenySyscalls);
        Assert.Equal(["core=0", "nofile=1024", "stack=8MB"], profile.ResourceLimits.Select(limit => $"{limit.Key}={limit.Value}"));
        Assert.True(profile is { MemoryDenyWriteExecute: true, Landlock: true, Root: RootMode.Private, SeccompPolicy: "strict" });
    }

    [Theory]
    [InlineData("-Network Host", "network: None becomes Host")]
    [InlineData("-ReadOnlyPath /srv", "readOnlyPaths: adds /srv")]
    [InlineData("-BestEffort", "failClosed: is switched off")]
    [InlineData("-Namespace User, Mount, Pid, Network", "namespaces: loses Ipc, Uts, Cgroup, Time")]
    [InlineData("-AllowSyscall '@mount'", "allowSyscalls: adds @mount")]
    [InlineData("-OpenFiles 4096", "nofile changes from 1024 to 4096")]
    public void A_looser_one_is_refused_with_its_reason_unless_it_is_meant(string change, string reason)
    {
        ErrorRecord error = session.Invoke("New-HardeningProfile Mine " + change).SingleError();
        Assert.Equal("HardeningProfile,LOOSENS_BASE,Sandbox.Cmdlets.NewHardeningProfileCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.SecurityError, error.CategoryInfo.Category);
        Assert.Contains(reason, error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("Mine", session.Invoke($"New-HardeningProfile Mine {change} -AllowLoosening").Single<HardeningProfile>().Name);
    }

    [Fact]
    public void Namespaces_are_the_named_ones() =>
        Assert.Equal(NamespaceKinds.User | NamespaceKinds.Pid, session.Invoke("New-HardeningProfile Mine -Profile Standard -Namespace User, Pid").Single<HardeningProfile>().Namespaces);

    [Fact]
    public void What_it_makes_runs()
    {
        const string Script = "$p = New-HardeningProfile Mine -Profile Standard -Namespace User, Pid; Start-HardenedProcess sh -ArgumentList '-c', 'echo $$' -Profile $p -Wait";
        var process = session.Invoke(Script).Single<HardenedProcess>();
        Assert.Equal((HardeningLevel.Baseline, "2\n"), (process.Level, process.StandardOutput));
    }
}
