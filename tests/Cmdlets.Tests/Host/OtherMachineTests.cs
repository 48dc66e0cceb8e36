using System.Diagnostics;

namespace Sandbox.Cmdlets.Tests.Host;

/// <summary>
/// Machines that lack something: strace(1) lets the kernel refuse a call to the whole tree of a session, a user namespace has limits of
/// its own. What the report says there must be no, for the right reason.
/// </summary>
public sealed class OtherMachineTests
{
    private static string Shell { get; } = Path.Combine(StagedModule.RepositoryRoot, "build", "shell.sh");

    [Theory]
    [InlineData("landlock", "landlock_create_ruleset", "EOPNOTSUPP", "lsm=")]
    [InlineData("landlock", "landlock_create_ruleset", "ENOSYS", "CONFIG_SECURITY_LANDLOCK")]
    [InlineData("seccomp_filter", "seccomp", "ENOSYS", "CONFIG_SECCOMP_FILTER")]
    [InlineData("seccomp_notification", "seccomp", "EBUSY", "listener")]
    [InlineData("seccomp_log", "seccomp", "EOPNOTSUPP", "4.14")]
    [InlineData("close_range", "close_range", "ENOSYS", "5.11")]
    [InlineData("pidfd", "waitid", "ENOSYS", "5.4")]
    [InlineData("bpf_ring_buffer", "bpf", "EINVAL", "5.8")]
    [InlineData("user_namespace", "unshare", "EPERM", "user namespaces")]
    [InlineData("time_namespace", "unshare", "EINVAL", "namespaces")]
    [InlineData("private_root", "pivot_root", "EPERM", "")]
    [InlineData("packet_socket", "socket", "EAFNOSUPPORT", "CONFIG_PACKET")]
    public void A_refused_call_is_a_row_with_its_errno(string name, string call, string errno, string remedy)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "needs strace");
        var (code, output) = Run("/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:error={errno}",
            "sh", Shell, "-Command", Row(name));
        Assert.True(code == 0, output);
        var fields = output.Trim().Split('\n')[^1].Split('|', 3);
        Assert.Equal(["False", errno], fields[..2]);
        Assert.Contains(remedy, fields[2]);
    }

    [Theory]
    [InlineData("network_namespace", "net")]
    [InlineData("time_namespace", "time")]
    [InlineData("user_namespace", "user")]
    public void A_limit_of_none_is_named(string name, string limit)
    {
        var (code, output) = Run("unshare", "-Ur", "sh", "-c", $"echo 0 > /proc/sys/user/max_{limit}_namespaces && exec sh \"$0\" -Command \"$1\"", Shell, Row(name));
        Assert.SkipUnless(code == 0, "no user namespace here: " + output);
        var fields = output.Trim().Split('\n')[^1].Split('|', 3);
        Assert.Equal(["False", "ENOSPC"], fields[..2]);
        Assert.Contains($"max_{limit}_namespaces", fields[2]);
    }

    // In another network namespace the bind succeeds and nothing arrives (or it is refused for want of the initial user namespace).
    [Fact]
    public void An_audit_socket_that_stays_silent_is_none()
    {
        var (code, output) = Run("unshare", "-n", "sh", Shell, "-Command", Row("audit_multicast"));
        Assert.SkipUnless(code == 0, "no network namespace here: " + output);
        Assert.StartsWith("False|", output.Trim().Split('\n')[^1]);
    }

    private static string Row(string name) => $"$r = Get-SandboxSupport -Name {name}; \"$($r.Supported)|$($r.ErrnoName)|$($r.Remedy)\"";

    private static (int Code, string Output) Run(string file, params string[] arguments)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(StagedModule.RepositoryRoot, "tools/Shell/bin")) || File.Exists("/usr/bin/pwsh"), "neither pwsh nor the built shell is there");
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(60_000))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("the session hangs");
        }

        return (process.ExitCode, process.ExitCode == 0 ? output.Result : output.Result + error.Result);
    }
}
