using System.Text.RegularExpressions;
using Sandbox.Host;

namespace Sandbox.Tests.Host;

/// <summary>The report against oracles from outside. They hold for whoever runs them: <see cref="OrdinaryUserTests"/> runs them again.</summary>
public sealed partial class HostReportTests
{
    public static TheoryData<string> Names => [.. HostReport.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryRowIsComplete(string name)
    {
        var row = HostReport.Probe(name);
        Assert.Equal(name, row.Name);
        Assert.Matches(SnakeCase(), row.Name);
        Assert.NotEmpty(row.Detail);
        Assert.NotEmpty(row.Lost);
        Assert.Equal(row.Supported, string.IsNullOrEmpty(row.Remedy));
        if (row.Supported) Assert.Equal(0, row.Errno);
        Assert.Equal(row.Errno != 0, row.ErrnoName is not null);
    }

    [Theory]
    [InlineData("landlock")]
    [InlineData("seccomp_kill_process")]
    [InlineData("seccomp_kill_thread")]
    [InlineData("seccomp_trap")]
    [InlineData("seccomp_errno")]
    [InlineData("seccomp_user_notif")]
    [InlineData("seccomp_trace")]
    [InlineData("seccomp_log")]
    [InlineData("seccomp_allow")]
    [InlineData("packet_socket")]
    [InlineData("kernel_log")]
    [InlineData("bpf_program")]
    [InlineData("bpf_ring_buffer")]
    [InlineData("close_range")]
    [InlineData("no_new_privs")]
    [InlineData("memory_deny_write_execute")]
    public void ACProgramGetsTheSameAnswer(string name)
    {
        var errno = HostOracle.Calls()[name];
        var row = HostReport.Probe(name);
        Assert.Equal((errno == 0, errno), (row.Supported, row.Errno));
    }

    [Fact]
    public void TheLandlockVersionIsTheKernels()
    {
        var abi = HostOracle.Calls()["landlock_abi"];
        Assert.SkipWhen(abi < 0, "this kernel has no Landlock");
        Assert.Equal($"ABI {abi}", HostReport.Probe("landlock").Version);
        Assert.Equal(abi >= 4, HostReport.Probe("landlock_tcp").Supported);
        Assert.Equal(abi >= 6, HostReport.Probe("landlock_scope").Supported);
    }

    // Where the bind is refused, nothing can be received; where it isn't, the row says whether something was.
    [Fact]
    public void TheAuditSocketIsRefusedAsToACProgram()
    {
        var errno = HostOracle.Calls()["audit_bind"];
        Assert.Equal(errno, HostReport.Probe("audit_multicast").Errno);
    }

    [Theory]
    [InlineData("user_namespace", "unshare -U true")]
    [InlineData("mount_namespace", "unshare -Urm true")]
    [InlineData("pid_namespace", "unshare -Urfp true")]
    [InlineData("ipc_namespace", "unshare -Uri true")]
    [InlineData("uts_namespace", "unshare -Uru true")]
    [InlineData("network_namespace", "unshare -Urn true")]
    [InlineData("cgroup_namespace", "unshare -UrC true")]
    [InlineData("time_namespace", "unshare -UrT true")]
    [InlineData("private_proc", "unshare -Urfpm --mount-proc true")]
    [InlineData("private_root", "bwrap --unshare-user --ro-bind / / true")]
    [InlineData("nft", "PATH=$PATH:/usr/sbin unshare -Urn nft add table inet sandbox")]
    [InlineData("tun_device", "unshare -Urn ip tuntap add dev probe0 mode tun")]
    public void UtilLinuxAndOthersDoTheSame(string name, string command)
    {
        HostOracle.Require(command.Split(' ').First(w => !w.Contains('=')));
        if (name == "tun_device") HostOracle.Require("ip");
        Assert.Equal(HostOracle.Succeeds(command), HostReport.Probe(name).Supported);
    }

    [Theory]
    [InlineData("cgroup_memory", "memory")]
    [InlineData("cgroup_pids", "pids")]
    [InlineData("cgroup_cpu", "cpu")]
    [InlineData("cgroup_cpuset", "cpuset")]
    [InlineData("cgroup_io", "blkio")]
    public void AShellMakesTheSameGroups(string name, string controller)
    {
        Assert.SkipUnless(File.ReadLines("/proc/self/cgroup").Any(l => l.Split(':')[1].Split(',').Contains(controller)), $"{controller} isn't a v1 controller here");
        var made = HostOracle.Succeeds(
            $"g=$(sed -n 's/^[0-9]*:[^:]*\\b{controller}\\b[^:]*://p' /proc/self/cgroup | head -n 1); "
            + $"m=$(awk '$3 == \"cgroup\" && $4 ~ /(^|,){controller}(,|$)/ {{ print $2; exit }}' /proc/mounts); "
            + $"d=\"$m$g/sandbox-oracle-$$\"; mkdir \"$d\" && rmdir \"$d\"");
        Assert.Equal(made, HostReport.Probe(name).Supported);
    }

    [Theory]
    [InlineData("landlok", "landlock")]
    [InlineData("cgroup_pid", "cgroup_pids")]
    public void AnUnknownNameSuggestsTheNearest(string name, string near)
    {
        var error = Assert.Throws<SandboxException>(() => HostReport.Probe(name));
        Assert.Equal("SandboxSupport,NOT_FOUND", error.ErrorId);
        Assert.Equal(SandboxErrorKind.ObjectNotFound, error.Kind);
        Assert.Contains($"'{near}'", error.Message);
    }

    [GeneratedRegex("^[a-z]+(_[a-z]+)*$")]
    private static partial Regex SnakeCase();
}
