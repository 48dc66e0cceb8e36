using System.Globalization;
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

    // Of another user's process that user may not ask for the path.
    [Fact]
    public void With_the_least_privilege_all_is_told_but_the_path()
    {
        if (Environment.IsPrivilegedProcess)
        {
            const string Least = "+bpf,+perfmon,+net_admin";
            Repeat("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=" + Least, "--ambient-caps=" + Least, "env", "SANDBOX_LEAST_PRIVILEGE=1", "HOME=/tmp", "DOTNET_CLI_HOME=/tmp");
            return;
        }

        Assert.SkipWhen(Environment.GetEnvironmentVariable("SANDBOX_LEAST_PRIVILEGE") is null, "needs the kernel's tracing");
        SocketOwners.Start(information: true).Dispose();
        using var probe = new ProcessProbe();
        var parent = int.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..], CultureInfo.InvariantCulture); // root's
        foreach (var (id, user, path) in new[] { (parent, 0, null), (Environment.ProcessId, 65534, Environment.ProcessPath) })
        {
            var found = ProcessDetails.Of(probe.Complete(new(id, id, "test")), 1, probe);
            Assert.Equal((user, path, id == parent), (found.UserId, found.Path, found.ParentId != parent));
            Assert.Equal(File.ReadAllText($"/proc/{id}/cmdline").TrimEnd('\0').Split('\0'), found.CommandLine);
        }
    }

    // The same tests once more, in another process.
    private static void Repeat(string program, params string[] arguments)
    {
        HostOracle.Require(Path.GetFileName(program));
        var runner = Path.Combine(AppContext.BaseDirectory, "Sandbox.Engine.Tests");
        var method = arguments.Contains("SANDBOX_OWN_PIDS=1") ? nameof(In_a_pid_namespace_of_its_own_it_refuses)
            : arguments.Contains("SANDBOX_LEAST_PRIVILEGE=1") ? nameof(With_the_least_privilege_all_is_told_but_the_path) : nameof(Without_privilege_it_says_which);
        Assert.SkipUnless(CProgram.Run(program, [.. arguments, "test", "-x", runner]).Code == 0, "the tests' folder can't be read there");
        var (code, output, error) = CProgram.Run(program, [.. arguments, runner, "-noColor", "-noLogo", "-method", $"{typeof(OwnerPrivilegeTests).FullName}.{method}"]);
        Assert.True(code == 0, output + error);
        Assert.Matches(@"Total: 1, Errors: 0, Failed: 0, Skipped: 0", output);
    }
}
