using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Cgroups;

public sealed class CgroupLayoutTests
{
    [Fact]
    public void ThisProcessIsListedInEveryDirectoryFound()
    {
        CgroupLayout layout = CgroupLayout.Detect();
        Assert.SkipWhen(layout.Hierarchies.Count == 0, "no cgroup file system is visible");
        Assert.All(layout.Hierarchies, h => Assert.Contains($"{Environment.ProcessId}", File.ReadAllLines(h.Directory + "/cgroup.procs")));
    }

    [Theory]
    [InlineData("/", "/sys/fs/cgroup")]
    [InlineData("/user.slice/a.scope", "/sys/fs/cgroup/user.slice/a.scope")]
    [InlineData("/a/sandbox-host", "/sys/fs/cgroup/a")]
    public void PureV2(string group, string directory)
    {
        var files = new FakeCgroupFiles("/a", "memory pids");
        files.Files["/proc/self/cgroup"] = $"0::{group}\n";
        CgroupHierarchy h = Assert.Single(CgroupLayout.Detect(files).Hierarchies);
        Assert.Equal((directory, true), (h.Directory, h.IsUnified));
        if (directory.EndsWith("/a"))
            Assert.Equal(["memory", "pids"], h.Controllers);
    }

    [Fact]
    public void V1WithJoinedControllersAndABoundSubtree()
    {
        var files = new FakeCgroupFiles("/", "");
        files.Files["/proc/self/cgroup"] = "3:cpu,cpuacct:/docker/x/y\n2:memory:/other\n1:name=systemd:/\n0::/../up\n";
        files.Files["/proc/self/mountinfo"] = """
            31 30 0:1 /docker/x /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
            32 30 0:2 /docker/x /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            33 30 0:3 / /mnt/with\040space rw shared:4 - cgroup systemd rw,name=systemd
            34 30 0:4 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            """;
        CgroupLayout layout = CgroupLayout.Detect(files);
        Assert.Equal(["/sys/fs/cgroup/cpu,cpuacct/y", "/mnt/with space"], layout.Hierarchies.Select(h => h.Directory));
        Assert.Null(layout.For("memory"));
        Assert.Null(layout.Unified);
        Assert.Equal("cpu,cpuacct", layout.For("cpuacct")!.Key);
    }
}
