using Sandbox.Hardening;
using Sandbox.Native;

namespace Sandbox.Tests.Hardening.Cgroups;

public sealed class RunCgroupV2Tests
{
    private const string Base = "/sys/fs/cgroup/a";

    [Fact]
    public void ControllersAreHandedDownAndLimitsReadBack()
    {
        var files = new FakeCgroupFiles("/a", "cpu memory pids");
        RunCgroup group = Create(files, out var session, out var rows)!;
        Assert.All(rows, r => Assert.Equal((true, OutcomeStatus.Applied), (r.Requested, r.Status)));
        string directory = Assert.Single(group.Directories);
        Assert.Equal($"{Base}/{session.Name}/r1", directory);
        Assert.Equal("memory pids cpu\n", files.Files[Base + "/cgroup.subtree_control"]);
        Assert.Equal(("1048576\n", "0\n", "5\n", "50000 100000\n"),
            (files.Files[directory + "/memory.max"], files.Files[directory + "/memory.swap.max"], files.Files[directory + "/pids.max"], files.Files[directory + "/cpu.max"]));
        Assert.Equal((2L, 4096L, TimeSpan.FromMilliseconds(1.5)), (group.OomKills, group.PeakMemory, group.CpuUsage));
        Assert.Equal([$"{Base}/{session.Name}"], session.Directories);
        files.Files["/proc/77/cgroup"] = $"0::/a/{session.Name}/r1\n";
        files.Files["/proc/78/cgroup"] = "0::/a\n";
        Assert.Equal((true, false, false), (group.Contains(77), group.Contains(78), group.Contains(79)));
    }

    [Fact]
    public void AGroupWithProcessesNamesTheRemedy()
    {
        var files = new FakeCgroupFiles("/a", "memory pids cpu") { WriteErrors = { [Base + "/cgroup.subtree_control"] = Errno.EBUSY } };
        RunCgroup? group = Create(files, out _, out var rows);
        Assert.All(rows, r => Assert.Equal((OutcomeStatus.Failed, Errno.EBUSY, "EBUSY"), (r.Status, r.Errno, r.ErrnoName)));
        Assert.All(rows, r => Assert.Contains("sandbox-host", r.Remedy));
        Assert.NotNull(group); // for the kill
    }

    [Fact]
    public void WithoutDelegationNothingIsMadeAndTheRemedySaysHowToGetIt()
    {
        var files = new FakeCgroupFiles("/a", "memory pids cpu", "memory pids cpu") { MakeDirectoryError = Errno.EACCES };
        Assert.Null(Create(files, out var session, out var rows));
        Assert.All(rows, r => Assert.Equal((OutcomeStatus.Failed, "EACCES", "mkdir"), (r.Status, r.ErrnoName, r.Syscall)));
        Assert.All(rows, r => Assert.Contains("systemd-run --user --scope -p Delegate=yes", r.Remedy));
        Assert.Empty(session.Directories);
    }

    [Fact]
    public void AControllerThatIsNotThereFails()
    {
        Create(new FakeCgroupFiles("/a", "hugetlb"), out _, out var rows);
        Assert.All(rows, r => Assert.Equal(OutcomeStatus.Failed, r.Status));
        Assert.Contains("memory", rows[0].Remedy);
    }

    [Fact]
    public void WhatIsNotAskedForIsSkipped()
    {
        var files = new FakeCgroupFiles("/a", "memory");
        Assert.NotNull(new RunCgroupBuilder(CgroupLayout.Detect(files), new CgroupSession(files)).Build(null, null, null, out var rows));
        Assert.All(rows, r => Assert.Equal((false, OutcomeStatus.Skipped), (r.Requested, r.Status)));
    }

    [Fact]
    public void AValueThatTheKernelChangedIsNotApplied()
    {
        var setting = CgroupSetting.Memory(true, 1 << 20);
        Assert.True(setting.Confirms("1048577", "1048576"));
        Assert.False(setting.Confirms("1048576", "1048577"));
        Assert.False(setting.Confirms("1048576", "max"));
        Assert.False(CgroupSetting.Processes(5).Confirms("5", "4"));
    }

    [Fact]
    public void RemoveTriesAgainWhileBusyAndSaysWhatIsLeft()
    {
        var files = new FakeCgroupFiles("/a", "memory pids cpu");
        RunCgroup group = Create(files, out _, out _)!;
        files.BusyRemovals = int.MaxValue;
        Assert.Equal(group.Directories, group.Remove(TimeSpan.FromMilliseconds(30)));
        files.BusyRemovals = 2;
        Assert.Empty(group.Remove());
        Assert.Empty(group.Remove());
    }

    [Fact]
    public void SessionsOfDeadProcessesAreSwept()
    {
        var files = new FakeCgroupFiles("/a", "memory pids cpu");
        files.Files["/proc/41/stat"] = "41 (a b) c) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 555 0";
        foreach (string d in new[] { "sandbox-40-1", "sandbox-40-1/r1", "sandbox-41-555", "sandbox-41-554", "sandbox-x-1", "other-40-1" })
            files.Made.Add($"{Base}/{d}");
        Create(files, out var session, out _);
        Assert.Equal(["other-40-1", "sandbox-41-555", session.Name, "sandbox-x-1"], files.Directories(Base).Order(StringComparer.Ordinal).Order(new ByOwn(session.Name)));
    }

    private static RunCgroup? Create(FakeCgroupFiles files, out CgroupSession session, out IReadOnlyList<HardeningOutcome> rows)
    {
        session = new CgroupSession(files);
        return new RunCgroupBuilder(CgroupLayout.Detect(files), session).Build(1 << 20, 5, 0.5, out rows);
    }

    private sealed class ByOwn(string own) : IComparer<string>
    {
        public int Compare(string? x, string? y) => string.CompareOrdinal(Key(x!), Key(y!));

        private string Key(string s) => s == own ? "sandbox-41-556" : s;
    }
}
