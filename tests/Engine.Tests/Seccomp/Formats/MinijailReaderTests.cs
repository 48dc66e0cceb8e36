using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

public class MinijailReaderTests
{
    // What compile_seccomp_policy of minijail makes of each line, by hand.
    [Theory]
    [InlineData("ioctl: arg1 == FIONREAD", 0x541bul, SeccompAction.Allow)]
    [InlineData("ioctl: arg1 == FIONREAD", 0x541cul, SeccompAction.KillThread)]
    [InlineData("ioctl: arg1 == 1 || arg1 == 0x2", 2ul, SeccompAction.Allow)]
    [InlineData("ioctl: arg1 > 1 && arg1 != 3", 3ul, SeccompAction.KillThread)]
    [InlineData("ioctl: arg1 > 1 && arg1 != 3", 4ul, SeccompAction.Allow)]
    [InlineData("ioctl: arg1 & 6", 4ul, SeccompAction.Allow)]
    [InlineData("ioctl: arg1 & 6", 9ul, SeccompAction.KillThread)]
    [InlineData("ioctl: arg1 in 6", 4ul, SeccompAction.Allow)]
    [InlineData("ioctl: arg1 in 6", 5ul, SeccompAction.KillThread)]
    [InlineData("ioctl: arg1 in ~(4|1)", 8ul, SeccompAction.Allow)]
    [InlineData("ioctl: arg1 in ~(4|1)", 12ul, SeccompAction.KillThread)]
    [InlineData("ioctl: arg1 == 010", 8ul, SeccompAction.Allow)]
    [InlineData("ioctl: arg1 == -1", 0xfffffffful, SeccompAction.Allow)]
    [InlineData("ioctl: arg1 == 1; return EPERM", 1ul, SeccompAction.Allow)]
    [InlineData("ioctl: arg1 == 1; return EPERM", 2ul, SeccompAction.Errno)]
    [InlineData("ioctl: { arg1 == 1; return EPERM, arg1 == 2, trap }", 1ul, SeccompAction.Errno)]
    [InlineData("ioctl: { arg1 == 1; return EPERM, arg1 == 2, trap }", 2ul, SeccompAction.Allow)]
    [InlineData("ioctl: { arg1 == 1; return EPERM, arg1 == 2, trap }", 3ul, SeccompAction.Trap)]
    [InlineData("ioctl: { arg1 < 5, arg1 < 9; kill-process, log }", 4ul, SeccompAction.Allow)]
    [InlineData("ioctl: { arg1 < 5, arg1 < 9; kill-process, log }", 8ul, SeccompAction.KillProcess)]
    [InlineData("ioctl: { arg1 < 5, arg1 < 9; kill-process, log }", 9ul, SeccompAction.Log)]
    [InlineData("{read, ioctl}: user-notify", 0ul, SeccompAction.Notify)]
    [InlineData("ioctl[arch=x86_64]: 1", 0ul, SeccompAction.Allow)]
    [InlineData("ioctl[arch=arm,arm64]: 1", 0ul, SeccompAction.KillThread)]
    [InlineData("@default trap\nread: 1 # comment", 0ul, SeccompAction.Trap)]
    [InlineData("@denylist\nread: return EPERM", 0ul, SeccompAction.Allow)]
    [InlineData("ioctl: \\\n  allow", 0ul, SeccompAction.Allow)]
    public void Filters_mean_what_minijail_says(string text, ulong argument, SeccompAction action)
    {
        var policy = (SeccompPolicy)SeccompFormats.Read(text, SeccompFormat.Minijail, "text", SeccompFormatsTests.X86)[0];
        Assert.Equal(action, policy.Decide(SeccompCall.Of(SeccompArchitecture.X86_64, "ioctl", 0, argument)).Action);
    }

    [Fact]
    public void Included_files_are_read_beside_the_one_that_includes_them()
    {
        string directory = Directory.CreateTempSubdirectory("minijail-").FullName;
        File.WriteAllText(Path.Combine(directory, "a.policy"), "@include ./b.policy\nread: 1\n");
        File.WriteAllText(Path.Combine(directory, "b.policy"), "write: 1\n");
        File.WriteAllText(Path.Combine(directory, "loop.policy"), "@include ./loop.policy\n");
        var policy = (SeccompPolicy)SeccompFile.Read(Path.Combine(directory, "a.policy"))[0];
        Assert.Equal(["write", "read"], policy.Rules.SelectMany(rule => rule.Names));
        Assert.Equal("a", policy.Name);
        Assert.Contains("more than 10 deep", Assert.Throws<SandboxException>(() => SeccompFile.Read(Path.Combine(directory, "loop.policy"))).Message, StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);
    }
}
