using System.Diagnostics;
using Sandbox.Hardening;
using Sandbox.Native;

namespace Sandbox.Tests.Hardening.Capabilities;

public sealed class ProcessStateTests
{
    private const string Text = "Name:\ta\\nUid: 0\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t9 10 \nNSpid:\t300\t2\nCapInh:\t0000000000000001\n"
        + "CapPrm:\t000001ffffffffff\nCapEff:\t0000000000000002\nCapBnd:\t0000000000000003\nCapAmb:\t0000000000000004\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n";

    [Fact]
    public void StatusIsParsed()
    {
        ProcessStatus s = ProcessStatus.Parse(Text);
        Assert.Equal([1u, 2, 3, 4], s.Uid);
        Assert.Equal([5u, 6, 7, 8], s.Gid);
        Assert.Equal([9u, 10], s.Groups);
        Assert.Equal([300, 2], s.NSpid);
        Assert.Equal((true, 2, 3), (s.NoNewPrivs, s.Seccomp, s.SeccompFilters));
        Assert.Equal((1UL, 0x1ffffffffffUL, 2UL, 3UL, 4UL), (s.CapInh, s.CapPrm, s.CapEff, s.CapBnd, s.CapAmb));
    }

    [Fact]
    public void WhatIsMissingIsNullOrAnError()
    {
        Assert.Null(ProcessStatus.Parse(Text.Replace("NoNewPrivs", "X")).NoNewPrivs);
        Assert.Contains("CapEff", Assert.Throws<SandboxException>(() => ProcessStatus.Parse(Text.Replace("CapEff", "X"))).Message);
        Assert.Contains("Uid", Assert.Throws<SandboxException>(() => ProcessStatus.Parse(Text.Replace("\t2\t3", "\t2\tx"))).Message);
    }

    [Fact]
    public void StatusOfAChildIsWhatItWasStartedWith()
    {
        using Process child = Start("setpriv", "--no-new-privs", "--reuid", "1234", "--clear-groups", "--bounding-set", "-all", "cat");
        try
        {
            WaitFor(() => ProcessStatus.Of(child.Id) is { NoNewPrivs: true } s && s.Uid[0] == 1234 && s.CapBnd == 0 && s.CapEff == 0);
            ProcessStatus status = ProcessStatus.Of(child.Id);
            Assert.Empty(status.Groups);
            Assert.NotEqual(true, ProcessStatus.Of(Environment.ProcessId).NoNewPrivs);
        }
        finally
        {
            child.StandardInput.Close();
            child.WaitForExit();
        }
    }

    [Fact]
    public void NamespacesOfAnUnsharedChildDiffer()
    {
        using Process child = Start("unshare", "--uts", "--ipc", "cat");
        try
        {
            WaitFor(() => NamespaceIds.Of(child.Id).DifferentFrom(NamespaceIds.OfSelf()) == (NamespaceKinds.Uts | NamespaceKinds.Ipc));
        }
        finally
        {
            child.StandardInput.Close();
            child.WaitForExit();
        }

        Assert.Equal(NamespaceKinds.None, NamespaceIds.OfSelf().DifferentFrom(NamespaceIds.Of(Environment.ProcessId)));
        Assert.Equal("readlink", Assert.Throws<ErrnoException>(() => NamespaceIds.Of(child.Id)).Call);
    }

    [Fact]
    public void MountInfoIsParsed()
    {
        MountInfo m = MountInfo.Parse("36 35 98:0 /mnt1 /mnt/a\\040b\\134\\303\\251 ro,noatime shared:1 master:2 - ext3 /dev/root rw,errors=continue\n37 36 0:1 / /x rw - tmpfs none rw\n")[0];
        Assert.Equal((36, 35, "98:0", "/mnt1", "/mnt/a b\\\u00e9", "ext3", "/dev/root"), (m.Id, m.ParentId, m.Device, m.Root, m.MountPoint, m.FileSystemType, m.Source));
        Assert.Equal(["shared:1", "master:2"], m.Propagation);
        Assert.Equal((true, false), (m.IsReadOnly, m.IsPrivate));
        Assert.Contains("line 1", Assert.Throws<SandboxException>(() => MountInfo.Parse("36 35 98:0 / / ro")).Message);
        Assert.Contains(MountInfo.Of(Environment.ProcessId), x => x.MountPoint == "/proc" && x.FileSystemType == "proc");
    }

    private static Process Start(string file, params string[] arguments)
    {
        Assert.SkipWhen(Environment.UserName != "root", "needs root");
        return Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    private static void WaitFor(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, 30_000), "the child didn't get there in 30 s");
}
