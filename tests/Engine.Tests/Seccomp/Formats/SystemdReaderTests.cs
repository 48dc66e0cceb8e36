using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

public class SystemdReaderTests
{
    [Theory]
    [InlineData("SystemCallFilter=read", "read", SeccompAction.Allow)]
    [InlineData("SystemCallFilter=read", "write", SeccompAction.KillProcess)]
    [InlineData("SystemCallFilter=read", "execve", SeccompAction.Allow)] // @default
    [InlineData("SystemCallFilter=read\nSystemCallErrorNumber=EPERM", "write", SeccompAction.Errno)]
    [InlineData("SystemCallFilter=@basic-io\nSystemCallFilter=~write", "write", SeccompAction.KillProcess)]
    [InlineData("SystemCallFilter=@basic-io\nSystemCallFilter=~write:ENOSYS", "write", SeccompAction.Errno)]
    [InlineData("SystemCallFilter=@basic-io ptrace:ENOSYS", "ptrace", SeccompAction.Errno)]
    [InlineData("SystemCallFilter=~ptrace", "read", SeccompAction.Allow)]
    [InlineData("SystemCallFilter=~ptrace", "ptrace", SeccompAction.KillProcess)]
    [InlineData("SystemCallFilter=~ptrace:EPERM", "ptrace", SeccompAction.Errno)]
    [InlineData("SystemCallFilter=~@debug\nSystemCallFilter=ptrace", "ptrace", SeccompAction.Allow)]
    [InlineData("SystemCallFilter=~ptrace\nSystemCallErrorNumber=EACCES\nSystemCallErrorNumber=", "ptrace", SeccompAction.KillProcess)]
    [InlineData("SystemCallFilter=read\nSystemCallFilter=\nSystemCallFilter=~ptrace", "write", SeccompAction.Allow)]
    [InlineData("SystemCallFilter=read write\nSystemCallLog=write", "write", SeccompAction.Log)]
    [InlineData("SystemCallFilter=read\nSystemCallLog=write", "write", SeccompAction.KillProcess)]
    [InlineData("SystemCallLog=write", "write", SeccompAction.Log)]
    [InlineData("[Service]\nExecStart=/bin/true\nSystemCallFilter=@system-service \\\n# within\n  ptrace\n", "ptrace", SeccompAction.Allow)]
    public void Settings_mean_what_systemd_says(string text, string call, SeccompAction action)
    {
        var policy = (SeccompPolicy)SeccompFormats.Read(text, SeccompFormat.Systemd, "text", SeccompFormatsTests.X86)[0];
        Assert.Equal(action, policy.Decide(SeccompCall.Of(SeccompArchitecture.X86_64, call)).Action);
    }

    [Fact]
    public void The_architectures_are_those_of_the_machine_or_of_the_setting()
    {
        var policy = (SeccompPolicy)SeccompFormats.Read("SystemCallFilter=read", SeccompFormat.Systemd, "text", SeccompFormatsTests.X86)[0];
        Assert.Equal([SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32], policy.Architectures);
        policy = (SeccompPolicy)SeccompFormats.Read("SystemCallFilter=read\nSystemCallArchitectures=native arm64", SeccompFormat.Systemd, "text", SeccompFormatsTests.X86)[0];
        Assert.Equal([SeccompArchitecture.X86_64, SeccompArchitecture.AArch64], policy.Architectures);
    }

    [Fact]
    public void The_groups_are_systemds()
    {
        const string Program = "/usr/bin/systemd-analyze";
        Assert.SkipUnless(File.Exists(Program), "needs systemd-analyze");
        Assert.SkipUnless(CProgram.Run(Program, ["--version"]).Output.StartsWith("systemd 252", StringComparison.Ordinal), "the groups are those of systemd 252");
        foreach (string group in new[] { "@default", "@basic-io", "@debug", "@mount", "@resources", "@sync" })
        {
            var (code, output, error) = CProgram.Run(Program, ["syscall-filter", group]);
            Assert.True(code == 0, error);
            string[] members = [.. output.Split('\n').Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith('#'))];
            Assert.Equal(members.Order(StringComparer.Ordinal), SystemdGroups.Find(group)!);
        }

        Assert.Contains("io_setup", SystemdGroups.Find("@system-service")!); // by way of @aio
    }
}
