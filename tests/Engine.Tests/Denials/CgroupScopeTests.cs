using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>The rules about cgroups, against a made tree with made hierarchies: v1, v2, and both.</summary>
public sealed class CgroupScopeTests : IDisposable
{
    private readonly string _groups = Directory.CreateTempSubdirectory("sandbox-cgroup-").FullName;
    private readonly FakeProc _proc;

    public CgroupScopeTests()
    {
        _proc = new($"30 20 0:26 / {_groups}/unified rw - cgroup2 cgroup2 rw\n31 20 0:27 / {_groups}/pids rw - cgroup cgroup rw,pids\n32 20 0:28 / {_groups}/systemd rw - cgroup cgroup rw,name=systemd\n");
        File.WriteAllText(Path.Combine(_proc.Root, "self/cgroup"), "9:name=systemd:/\n8:pids:/\n0::/watcher\n");
        foreach (var path in new[] { "unified/watcher", "unified/box/inner", "pids/box" }) Directory.CreateDirectory(Path.Combine(_groups, path));
    }

    [Theory]
    [InlineData("/a", "/a", SeccompDenialScope.Cgroup)]
    [InlineData("/a", "/a/b", SeccompDenialScope.CgroupBelow)]
    [InlineData("/a", "/ab", null)]
    [InlineData("/a", "/", null)]
    [InlineData("/a/", "a", SeccompDenialScope.Cgroup)]
    [InlineData("a", "/a/b/", SeccompDenialScope.CgroupBelow)]
    [InlineData("/", "/", SeccompDenialScope.Cgroup)]
    [InlineData("/", "/a", null)]
    [InlineData("", "/a", null)]
    public void APathLiesBelowAnotherAtASlash(string expected, string actual, SeccompDenialScope? rule) => Assert.Equal(rule, CgroupPath.Match(expected, actual));

    [Theory]
    [InlineData("0::/box\n", SeccompDenialScope.Cgroup)]
    [InlineData("0::/box/inner\n", SeccompDenialScope.CgroupBelow)]
    [InlineData("0::/boxes\n", null)]
    [InlineData("0::/\n", null)]
    [InlineData("8:pids:/box\n0::/\n", SeccompDenialScope.Cgroup)]
    [InlineData("9:name=systemd:/box\n0::/\n", null)]
    public void TheMembersOfANamedGroupBelong(string groups, SeccompDenialScope? rule)
    {
        _proc.Add(50, 1, groups);
        Assert.Equal(rule, Match(_proc.Scope(new SeccompDenialWatch { CgroupPath = "/box" }), 50));
    }

    [Fact]
    public void ADirectoryNamesOneHierarchy()
    {
        _proc.Add(50, 1, "8:pids:/box\n0::/\n");
        _proc.Add(51, 1, "8:pids:/\n0::/box\n");
        var scope = _proc.Scope(new SeccompDenialWatch { CgroupPath = $"{_groups}/pids/box/" });
        Assert.Equal((SeccompDenialScope.Cgroup, null), (Match(scope, 50), Match(scope, 51)));
    }

    [Fact]
    public void AMemberIsSeenByItsGroupsListBeforeItIsGone()
    {
        File.WriteAllText(Path.Combine(_groups, "unified/box/cgroup.procs"), "50\n");
        File.WriteAllText(Path.Combine(_groups, "unified/box/inner/cgroup.procs"), "51\n");
        _proc.Add(50, 1, "0::/box\n");
        _proc.Add(51, 1, "0::/box/inner\n");
        var scope = _proc.Scope(new SeccompDenialWatch { CgroupPath = "box" });
        _proc.Remove(50);
        _proc.Remove(51);
        Assert.Equal((SeccompDenialScope.Cgroup, SeccompDenialScope.CgroupBelow), (Match(scope, 50), Match(scope, 51)));
    }

    [Fact]
    public void WhoHasLeftTheGroupBelongsNoMore()
    {
        _proc.Add(50, 1, "0::/box\n");
        var scope = _proc.Scope(new SeccompDenialWatch { CgroupPath = "/box" });
        Assert.NotNull(Match(scope, 50));
        _proc.Move(50, "0::/elsewhere\n");
        _proc.Advance(300);
        Match(scope, 50);
        _proc.Advance(1);
        Assert.Null(Match(scope, 50));
    }

    [Theory]
    [InlineData("0::/box\n", SeccompDenialScope.Cgroup)]
    [InlineData("0::/box/inner\n", SeccompDenialScope.CgroupBelow)]
    [InlineData("0::/elsewhere\n", null)]
    public void AProcesssOwnGroupCounts(string groups, SeccompDenialScope? rule)
    {
        _proc.Add(42, 1, "8:pids:/\n0::/box\n");
        _proc.Add(50, 1, groups);
        Assert.Equal(rule, Match(_proc.Scope(42), 50));
    }

    // A root, and a group that holds this process too, hold the neighbours.
    [Theory]
    [InlineData("0::/\n")]
    [InlineData("0::/watcher\n")]
    [InlineData("8:pids:/\n0::/watcher\n")]
    public void AGroupThatIsntItsOwnDoesNot(string groups)
    {
        _proc.Add(42, 1, groups);
        _proc.Add(50, 1, groups);
        Assert.Null(Match(_proc.Scope(42), 50));
    }

    [Fact]
    public void AGroupThatIsNotThereIsAnError() => Assert.Equal("WatchSeccompDenial,NO_CGROUP", Assert.Throws<SandboxException>(() => _proc.Scope(new SeccompDenialWatch { CgroupPath = "/nobox" })).ErrorId);

    [Fact]
    public void TheScopeEndsWhenTheGroupIsRemoved()
    {
        var scope = _proc.Scope(new SeccompDenialWatch { CgroupPath = $"{_groups}/pids/box" });
        scope.Refresh();
        Assert.False(scope.HasEnded);
        Directory.Delete($"{_groups}/pids/box");
        scope.Refresh();
        Assert.True(scope.HasEnded);
    }

    public void Dispose()
    {
        _proc.Dispose();
        Directory.Delete(_groups, recursive: true);
    }

    private SeccompDenialScope? Match(ProcessScope scope, int pid) => scope.Match(pid, _proc.UtcNow);
}
