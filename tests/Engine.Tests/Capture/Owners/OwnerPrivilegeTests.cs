using Sandbox.Capture;
using Sandbox.Tests.Host;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Capture;

/// <summary>What a caller hears who may not.</summary>
public sealed class OwnerPrivilegeTests
{
    // As root it is an ordinary user's: this very test, in another process.
    [Fact]
    public void Without_privilege_it_says_which()
    {
        if (Environment.IsPrivilegedProcess)
        {
            Repeat("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/tmp", "DOTNET_CLI_HOME=/tmp");
            return;
        }

        var error = Assert.Throws<SandboxException>(() => SocketOwners.Start());
        Assert.Equal(("PacketCapture,ATTRIBUTION_PRIVILEGE", SandboxErrorKind.PermissionDenied), (error.ErrorId, error.Kind));
        foreach (var capability in (string[])["CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"])
        {
            Assert.Contains(capability, error.Message, StringComparison.Ordinal);
            Assert.Contains(capability, error.Remedy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void In_a_pid_namespace_of_its_own_it_refuses()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Assert.SkipWhen(new FileInfo("/proc/self/ns/pid").LinkTarget != "pid:[4026531836]" && Environment.GetEnvironmentVariable("SANDBOX_OWN_PIDS") is null, "runs in one already");
        if (Environment.GetEnvironmentVariable("SANDBOX_OWN_PIDS") is not null)
        {
            Assert.Equal("PacketCapture,PID_NAMESPACE", Assert.Throws<SandboxException>(() => SocketOwners.Start()).ErrorId);
            return;
        }

        Repeat("/usr/bin/unshare", "--pid", "--fork", "--mount-proc", "env", "SANDBOX_OWN_PIDS=1");
    }

    // The same tests once more, in another process.
    private static void Repeat(string program, params string[] arguments)
    {
        HostOracle.Require(Path.GetFileName(program));
        var runner = Path.Combine(AppContext.BaseDirectory, "Sandbox.Engine.Tests");
        var method = arguments.Contains("SANDBOX_OWN_PIDS=1") ? nameof(In_a_pid_namespace_of_its_own_it_refuses) : nameof(Without_privilege_it_says_which);
        Assert.SkipUnless(CProgram.Run(program, [.. arguments, "test", "-x", runner]).Code == 0, "the tests' folder can't be read there");
        var (code, output, error) = CProgram.Run(program, [.. arguments, runner, "-noColor", "-noLogo", "-method", $"{typeof(OwnerPrivilegeTests).FullName}.{method}"]);
        Assert.True(code == 0, output + error);
        Assert.Matches(@"Total: 1, Errors: 0, Failed: 0, Skipped: 0", output);
    }
}
