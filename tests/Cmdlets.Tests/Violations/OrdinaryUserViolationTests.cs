using Sandbox.Cmdlets.Tests.Processes;

namespace Sandbox.Cmdlets.Tests.Violations;

/// <summary>Violations in the hands of a user without any right, and of one with two capabilities.</summary>
[Collection("violations")]
public sealed class OrdinaryUserViolationTests : IDisposable
{
    private static readonly string[] Needed = ["bpf", "perfmon"];

    private readonly OrdinaryUser user = new();

    public void Dispose() => user.Dispose();

    [Fact]
    public void A_process_of_its_own_is_watched_by_notification_and_a_warning_says_so()
    {
        Assert.SkipUnless(user.HasUserNamespaces, "this machine refuses user namespaces to ordinary users");
        (_, string output, string error) = user.Shell("$p = Start-HardenedProcess sh -ArgumentList '-c', 'touch /usr/a; mkdir /tmp/a; true' -DenySyscall mkdir; Watch-SandboxViolation $p -SessionVariable s -WarningVariable w -WarningAction SilentlyContinue | ForEach-Object { \"$($_.Operation) $($_.Path) $($_.ErrorName) $($_.Cause)\" }; $s.Source; @($w).Count; \"$w\"; $s.Detail; $s.Fallback.ErrorId");
        Assert.Equal("", error);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["mkdir /tmp/a EPERM Seccomp", "Notify", "1"], lines[..3]);
        Assert.Contains("Only what the sandbox's own seccomp filter refuses is seen", lines[3]);
        Assert.Contains("CAP_BPF and CAP_PERFMON", lines[3]);
        Assert.Contains("CAP_BPF and CAP_PERFMON", lines[4]);
        Assert.Equal("SandboxViolation,NO_BPF_PRIVILEGE", lines[5]);
    }

    [Fact]
    public void An_event_of_it_comes_with_the_warning_too()
    {
        (_, string output, string error) = user.Shell("$p = Start-HardenedProcess sh -ArgumentList '-c', 'mkdir /tmp/a; true' -Profile Standard -DenySyscall mkdir; Register-SandboxViolationEvent $p -SourceIdentifier v -WarningVariable w -WarningAction SilentlyContinue; $null = $p | Wait-HardenedProcess; [Threading.Thread]::Sleep(300); @($ExecutionContext.Events.ReceivedEvents.SourceEventArgs.Violation.Operation) -contains 'mkdir'; \"$w\"");
        Assert.Equal("", error);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("True", lines[0]);
        Assert.Contains("CAP_BPF and CAP_PERFMON", lines[1]);
    }

    [Theory]
    [InlineData("Watch-SandboxViolation -All -Timeout 5")]
    [InlineData("Watch-SandboxViolation 1 -Timeout 5")]
    [InlineData("Register-SandboxViolationEvent -All")]
    [InlineData("Watch-SandboxViolation (Start-HardenedProcess true -Profile Standard -Wait) -Source Ebpf")]
    public void Anything_else_is_an_error_that_names_what_lacks(string command)
    {
        (_, string output, _) = user.Shell($"try {{ {command}; 'nothing thrown' }} catch {{ $_.FullyQualifiedErrorId; $_.Exception.Message; $_.ErrorDetails.RecommendedAction; $_.CategoryInfo.Category }}");
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("SandboxViolation,NO_BPF_PRIVILEGE", lines[0]);
        Assert.Contains("CAP_BPF and CAP_PERFMON", lines[1]);
        Assert.Contains("grant CAP_BPF and CAP_PERFMON", lines[2]);
        Assert.Equal("PermissionDenied", lines[3]);
    }

    [Fact]
    public void One_of_the_two_capabilities_is_not_enough_and_the_other_is_named()
    {
        (_, string output, _) = user.ShellWith(["bpf"], "try { Watch-SandboxViolation -All -Timeout 5; 'nothing thrown' } catch { $_.Exception.Message }");
        Assert.Contains("needs CAP_PERFMON:", output);
    }

    [Fact]
    public void Recording_without_the_privilege_runs_nothing()
    {
        string mark = $"/tmp/sandbox-test-{Guid.NewGuid():N}";
        try
        {
            (_, string output, _) = user.Shell($"'Start', 'Invoke' | ForEach-Object {{ try {{ & \"$_-HardenedProcess\" touch -ArgumentList {mark} -Profile Standard -RecordViolation; 'nothing thrown' }} catch {{ $_.FullyQualifiedErrorId }} }}");
            string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(["SandboxViolation,NO_BPF_PRIVILEGE,Sandbox.Cmdlets.StartHardenedProcessCommand", "SandboxViolation,NO_BPF_PRIVILEGE,Sandbox.Cmdlets.InvokeHardenedProcessCommand"], lines);
            Assert.False(File.Exists(mark), "the program ran");
        }
        finally
        {
            File.Delete(mark);
        }
    }

    [Theory]
    [InlineData("Standard", "EACCES")]
    [InlineData("Strict", "EROFS")]
    public void Two_capabilities_are_enough_to_record(string profile, string error)
    {
        Assert.SkipUnless(user.HasUserNamespaces, "this machine refuses user namespaces to ordinary users");
        (_, string output, string errors) = user.ShellWith(Needed, $"$p = Start-HardenedProcess sh -ArgumentList '-c', 'touch /usr/a; true' -Profile {profile} -RecordViolation -Wait; Get-SandboxViolation $p -Errno EACCES, EROFS | Where-Object Path -EQ /usr/a | ForEach-Object {{ \"$($_.Operation) $($_.ErrorName) $($_.UserId)\" }}");
        Assert.Equal("", errors);
        Assert.Equal($"open {error} {user.Id}", output.Trim());
    }

    [Fact]
    public void And_to_watch()
    {
        (_, string output, string errors) = user.ShellWith(Needed, "$p = [Diagnostics.Process]::Start('sh', '-c \"sleep 2; cat /etc/shadow 2>/dev/null\"'); Watch-SandboxViolation $p -SessionVariable s | Where-Object Path -EQ /etc/shadow | ForEach-Object { \"$($_.Operation) $($_.ErrorName) $($_.ProcessName)\" }; $s.Source");
        Assert.Equal("", errors);
        Assert.Equal(["open EACCES cat", "Ebpf"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
