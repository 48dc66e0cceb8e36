using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Violations;

[Collection("violations")]
public sealed class GetSandboxViolationTests : IDisposable
{
    private const string Run = "$p = Start-HardenedProcess sh -ArgumentList '-c', 'touch /usr/a; mount -t tmpfs none /mnt; true' -RecordViolation -Wait; ";

    private readonly ModuleRunspace session = new();

    public GetSandboxViolationTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "eBPF needs CAP_BPF and CAP_PERFMON");

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_gets_what_a_finished_process_recorded()
    {
        ScriptResult result = session.Invoke(Run + "$p | Get-SandboxViolation | ForEach-Object { \"$($_.Operation) $($_.Path) $($_.ErrorName)\" }; @(Get-SandboxViolation $p.Id).Count; $p.ViolationsNotKept; $p.ViolationsDropped; $p.ViolationsUnfollowed").Succeeded();
        Assert.Equal(["open /usr/a EROFS", "mount /mnt EPERM", "2", "0", "0", "0"], result.Objects.Select(o => o.ToString()));
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("-Errno EROFS", "open")]
    [InlineData("-Errno 1, EROFS", "open mount")]
    [InlineData("-Errno ENOENT", "")]
    [InlineData("-Category File", "open mount")]
    [InlineData("-Category Network, Process", "")]
    public void Errno_and_Category_choose(string parameters, string operations) =>
        Assert.Equal(operations, string.Join(' ', session.Invoke(Run + $"Get-SandboxViolation $p {parameters} | ForEach-Object Operation").Succeeded().Objects));

    [Fact]
    public void So_does_Cause()
    {
        ScriptResult result = session.Invoke(Run + "$all = @(Get-SandboxViolation $p); [Enum]::GetValues([Sandbox.SandboxViolationCause]) | ForEach-Object { $c = $_; $some = @(Get-SandboxViolation $p -Cause $c); @($some | Where-Object Cause -NE $c).Count; $n += $some.Count }; $n - $all.Count").Succeeded();
        Assert.Equal(8, result.Objects.Count);
        Assert.All(result.Objects, o => Assert.Equal(0, o.BaseObject));
    }

    [Fact]
    public void A_running_process_shows_what_there_was_so_far()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sh -ArgumentList '-c', 'touch /usr/a 2>/dev/null; echo done; sleep 60' -RecordViolation; $null = $p | Receive-HardenedProcessOutput -MaxCount 1; [Threading.Thread]::Sleep(200); (Get-SandboxViolation $p -Errno EROFS).Path; $p.HasExited; $p | Stop-HardenedProcess -Force").Succeeded();
        Assert.Equal(["/usr/a", "False"], result.Objects.Select(o => o.ToString()));
    }

    [Fact]
    public void A_process_that_does_not_record_is_an_error_that_ends_nothing()
    {
        ScriptResult result = session.Invoke("$q = Start-HardenedProcess true -Wait; " + Run + "$q, $p | Get-SandboxViolation -Errno EROFS | ForEach-Object Path");
        Assert.Null(result.Thrown);
        Assert.StartsWith("GetSandboxViolation,NOT_RECORDED", Assert.Single(result.Errors).FullyQualifiedErrorId);
        Assert.Contains("-RecordViolation", result.Errors[0].ErrorDetails.RecommendedAction);
        Assert.Equal("InvalidOperation", result.Errors[0].CategoryInfo.Category.ToString());
        Assert.Equal(["/usr/a"], result.Objects.Select(o => o.ToString()));
    }

    [Fact]
    public void More_than_are_kept_are_counted_and_a_warning()
    {
        ScriptResult result = session.Invoke(
            "$p = Start-HardenedProcess python3 -ArgumentList '-c', \"import os`nfor i in range(70000):`n  try: os.mkdir('/usr/x')`n  except OSError: pass\" -RecordViolation -Wait; " +
            "$n = @(Get-SandboxViolation $p).Count; $n -le 65536; $n + $p.ViolationsNotKept + $p.ViolationsDropped -ge 70000; $p.ViolationsNotKept + $p.ViolationsDropped -gt 0; @(Watch-SandboxViolation $p -SessionVariable s -WarningAction SilentlyContinue).Count - $n; $s.Seen - $s.Filtered - $s.Emitted - $s.Dropped").Succeeded();
        Assert.Equal([true, true, true, 0, 0L], result.Objects.Select(o => o.BaseObject));
        Assert.Contains(result.Warnings, w => w.Contains("counted and not kept", StringComparison.Ordinal) || w.Contains("lost on the way", StringComparison.Ordinal));
    }

    [Fact]
    public void A_violation_survives_serialisation()
    {
        ScriptResult result = session.Invoke(Run + "$d = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-SandboxViolation $p -Errno EROFS))); $d.PSObject.TypeNames[0]; $d.Path; \"$($d.Cause)\" -ne ''; $d.Arguments.Count; $d.DecodedArguments[1].Name; @($d.Ancestors).Count -gt 0; $d.Time.LocalDateTime.GetType().Name").Succeeded();
        Assert.Equal(["Deserialized.Sandbox.SandboxViolation", "/usr/a", "True", "6", "pathname", "True", "DateTime"], result.Objects.Select(o => o.ToString()));
    }

    [Fact]
    public void A_bad_errno_is_named() =>
        Assert.Contains("'EWHAT' is no errno", session.Invoke(Run + "Get-SandboxViolation $p -Errno EWHAT").SingleError().ToString());

    [Fact]
    public void What_is_no_hardened_process_is_an_error() =>
        Assert.StartsWith("ParameterArgumentTransformationError", session.Invoke("Get-SandboxViolation 1").SingleError().FullyQualifiedErrorId);
}
