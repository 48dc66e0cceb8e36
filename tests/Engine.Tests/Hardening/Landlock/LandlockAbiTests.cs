using System.Runtime.InteropServices;
using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Landlock;

public sealed class LandlockAbiTests
{
    // An older header lacks the newer names; those that it has must agree.
    [Fact]
    public void TheConstantsAreTheHeaders()
    {
        Dictionary<string, ulong> ours = Enum.GetValues<LandlockAccessFs>().Where(v => ulong.IsPow2((ulong)v)).ToDictionary(v => "LANDLOCK_ACCESS_FS_" + Header(v.ToString()), v => (ulong)v);
        ours["LANDLOCK_ACCESS_NET_BIND_TCP"] = (ulong)LandlockAccessNet.BindTcp;
        ours["LANDLOCK_ACCESS_NET_CONNECT_TCP"] = (ulong)LandlockAccessNet.ConnectTcp;
        ours["LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET"] = (ulong)LandlockScope.AbstractUnixSocket;
        ours["LANDLOCK_SCOPE_SIGNAL"] = (ulong)LandlockScope.Signal;
        Dictionary<string, ulong> header = CHeader.Values(["linux/landlock.h"], ours.Keys);
        Assert.True(header.Count >= 13, $"the header has {header.Count}");
        Assert.All(header, h => Assert.Equal(h.Value, ours[h.Key]));
    }

    [Fact]
    public void TheStructsHaveTheHeadersSizes()
    {
        var header = CHeader.Values(["linux/landlock.h"], ["SIZE"], "#define SIZE sizeof(struct landlock_path_beneath_attr)");
        Assert.Equal(header["SIZE"], (ulong)Marshal.SizeOf<LandlockPathBeneathAttribute>());
        Assert.Equal(12, Marshal.SizeOf<LandlockPathBeneathAttribute>());
        Assert.Equal((24, 16), (Marshal.SizeOf<LandlockRulesetAttribute>(), Marshal.SizeOf<LandlockNetPortAttribute>()));
    }

    // The kernel itself refuses a right that its version lacks (EINVAL), and takes all those that it has.
    [Fact]
    public void TheKernelTakesTheRightsOfItsVersionAndNotOneMore()
    {
        Assert.SkipWhen(LandlockAbi.Kernel is 0 or > 7, LandlockAbi.KernelReason ?? "this kernel is newer than the table");
        int abi = LandlockAbi.Kernel;
        Assert.Equal(0, Create(LandlockAbi.Fs(abi), LandlockAbi.Net(abi), LandlockAbi.Scope(abi), LandlockAbi.RulesetAttributeSize(abi)));
        Assert.Equal(22, Create((LandlockAccessFs)((ulong)LandlockAbi.Fs(abi) + 1), 0, 0, 8));
        Assert.Equal(22, Create(LandlockAbi.Fs(abi), (LandlockAccessNet)((ulong)LandlockAbi.Net(abi) + 1), 0, 24));
    }

    [Theory]
    [InlineData(0, 16, 2, 2)]
    [InlineData(1, 3, 2, 2)]
    [InlineData(2, 2, 2, 2)]
    [InlineData(3, 1, 2, 2)]
    [InlineData(4, 1, 0, 2)]
    [InlineData(5, 0, 0, 2)]
    [InlineData(6, 0, 0, 0)]
    [InlineData(7, 0, 0, 0)]
    public void LostRightsAreNamed(int abi, int fs, int net, int scope)
    {
        LandlockRuleset wanted = new LandlockRuleset { Paths = [LandlockPathRule.Device("/dev/null")] }.WithPorts([443], []);
        (LandlockRuleset got, IReadOnlyList<string> lost) = LandlockAbi.Negotiate(wanted, abi);
        Assert.Equal((fs, net, scope), (Count("fs_"), Count("net_"), Count("scope_")));
        Assert.Equal(abi < 5, lost.Contains("fs_ioctl_dev"));
        Assert.Equal(abi < 2, lost.Contains("fs_refer"));
        Assert.Equal(abi < 6, lost.Contains("scope_abstract_unix_socket"));
        Assert.All(got.Paths, p => Assert.Equal(p.Access, p.Access & got.HandledFs));
        Assert.Equal(abi >= 1 ? 1 : 0, got.Paths.Count);
        Assert.Equal(abi >= 4 ? 1 : 0, got.Ports.Count);

        int Count(string prefix) => lost.Count(l => l.StartsWith(prefix));
    }

    [Fact]
    public void ARuleForAFileHasOnlyFileRights()
    {
        foreach (LandlockPathRule rule in new[] { LandlockPathRule.ReadOnly("/f", true), LandlockPathRule.ReadExecute("/f", true), LandlockPathRule.Writable("/f", true), LandlockPathRule.Device("/f") })
            Assert.Equal(rule.Access, rule.Access & LandlockPathRule.FileRights);
        Assert.False(LandlockPathRule.Writable("/d").Access.HasFlag(LandlockAccessFs.MakeBlock));
        Assert.False(LandlockPathRule.ReadOnly("/d").Access.HasFlag(LandlockAccessFs.Execute));
        Assert.False(LandlockPathRule.ReadExecute("/d").Access.HasFlag(LandlockAccessFs.WriteFile));
    }

    [Fact]
    public void ANullPortListIsLeftAloneAndAnEmptyOneDeniesAll()
    {
        LandlockRuleset r = new LandlockRuleset().WithPorts(null, []);
        Assert.Equal(LandlockAccessNet.BindTcp, r.HandledNet);
        Assert.Empty(r.Ports);
    }

    private static string Header(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? "_" + c : char.ToUpperInvariant(c).ToString()));

    private static int Create(LandlockAccessFs fs, LandlockAccessNet net, LandlockScope scope, int size)
    {
        var attribute = new LandlockRulesetAttribute { HandledAccessFs = fs, HandledAccessNet = net, Scoped = scope };
        long fd = syscall(444, ref attribute, size, 0);
        int errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (fd >= 0)
            new Microsoft.Win32.SafeHandles.SafeFileHandle((nint)fd, true).Dispose();
        return errno;
    }

#pragma warning disable SYSLIB1054, CA2101 // one call of a test
    [DllImport("libc", SetLastError = true)]
    private static extern long syscall(long number, ref LandlockRulesetAttribute attribute, nint size, nint flags);
#pragma warning restore SYSLIB1054, CA2101
}
