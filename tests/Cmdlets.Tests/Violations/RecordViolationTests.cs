namespace Sandbox.Cmdlets.Tests.Violations;

/// <summary>-RecordViolation of Start- and Invoke-HardenedProcess.</summary>
[Collection("violations")]
public sealed class RecordViolationTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public RecordViolationTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "eBPF needs CAP_BPF and CAP_PERFMON");

    public void Dispose() => session.Dispose();

    [Fact]
    public void Only_what_asks_for_it_records()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess touch -ArgumentList /usr/a -Wait; $q = Start-HardenedProcess touch -ArgumentList /usr/a -RecordViolation -Wait; $p.RecordsViolations; $q.RecordsViolations; $p.GetViolations().Count; @($q.GetViolations() | Where-Object Path -EQ /usr/a).Count; $null -eq $q.ViolationFailure").Succeeded();
        Assert.Equal([false, true, 0, 1, true], result.Objects.Select(o => o.BaseObject));
    }

    [Fact]
    public void An_invoked_process_records_too()
    {
        ScriptResult result = session.Invoke("Invoke-HardenedProcess sh -ArgumentList '-c', 'echo out; touch /usr/invoked 2>/dev/null; true' -RecordViolation; Get-HardenedProcess | Where-Object RecordsViolations | Get-SandboxViolation -Errno EROFS | Where-Object Path -EQ /usr/invoked | ForEach-Object Operation").Succeeded();
        Assert.Equal(["out", "open"], result.Objects.Select(o => o.ToString()));
    }

    [Fact]
    public void It_goes_with_a_trace()
    {
        string trace = Path.Combine(Path.GetTempPath(), $"sandbox-test-{Guid.NewGuid():N}");
        try
        {
            ScriptResult result = session.Invoke("param($t) $p = Start-HardenedProcess touch -ArgumentList /usr/a -RecordViolation -Trace $t -Wait; (Get-SandboxViolation $p -Errno EROFS).Path; @($p.GetSyscallCounts()).Count -gt 5", trace).Succeeded();
            Assert.Equal(["/usr/a", "True"], result.Objects.Select(o => o.ToString()));
        }
        finally
        {
            File.Delete(trace);
        }
    }

    [Fact]
    public void WhatIf_starts_and_attaches_nothing()
    {
        int before = Attached.Settled();
        ScriptResult result = session.Invoke("Start-HardenedProcess touch -ArgumentList /usr/a -RecordViolation -WhatIf; Invoke-HardenedProcess touch -ArgumentList /usr/a -RecordViolation -WhatIf; @(Get-HardenedProcess | Where-Object { -not $_.HasExited -and $_.Name -eq 'touch' }).Count").Succeeded();
        Assert.Equal(0, result.Single<int>());
        Assert.Equal(before, Attached.Count());
    }

    [Fact]
    public void A_launch_that_fails_leaves_nothing_attached()
    {
        int before = Attached.Settled();
        Assert.StartsWith("Executable,ENOENT", session.Invoke("Start-HardenedProcess no-such-program-4711 -RecordViolation").SingleError().FullyQualifiedErrorId);
        session.Invoke("Start-HardenedProcess true -RecordViolation -ResourceLimit @{ nofile = 'unlimited' }").SingleError();
        Assert.Equal(before, Attached.Count());
    }

    [Fact]
    public void The_end_of_the_process_is_the_end_of_what_is_attached()
    {
        int before = Attached.Settled();
        session.Invoke("$p = Start-HardenedProcess true -RecordViolation -Wait; $null = $p.GetViolations()").Succeeded();
        Assert.Equal(before, Attached.Count());
    }
}
