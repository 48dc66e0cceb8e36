using Sandbox.Tracing;

namespace Sandbox.Cmdlets.Tests.Denials;

[Collection("recordings")]
public sealed class StartSeccompTraceTests : IDisposable
{
    private const string Busy = "$p = Start-HardenedProcess sh -ArgumentList '-c', 'while :; do ls / >/dev/null; done' -Trace \"$d/whole\"; ";

    private readonly string _directory = Directory.CreateTempSubdirectory("sandbox-trace-").FullName;
    private readonly ModuleRunspace session = new();

    public StartSeccompTraceTests() => session.Invoke($"$d = '{_directory}'").Succeeded();

    public void Dispose()
    {
        session.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_part_of_a_run_is_recorded()
    {
        ScriptResult result = session.Invoke(Busy + "try { [Threading.Thread]::Sleep(200); $t = $p | Start-SeccompTrace -Path \"$d/part\"; $t.Method; [Threading.Thread]::Sleep(600); $t = $t | Stop-SeccompTrace; $t.Calls -gt 100; $null -ne $t.EndTime; $t.Lost; $p.HasExited } finally { $p | Stop-HardenedProcess -Force }").Succeeded();
        Assert.Equal([SeccompTraceMethod.Notify, true, true, 0L, false], result.Objects.Select(o => o.BaseObject));
        var part = TraceFile.Read(Path.Join(_directory, "part"));
        var whole = TraceFile.Read(Path.Join(_directory, "whole"));
        Assert.Contains(part, c => c.Name == "execve");
        Assert.True(part.Sum(c => c.Count) < whole.Sum(c => c.Count));
        Assert.All(part, c => Assert.True(c.Count <= whole.Single(w => w.Syscall == c.Syscall && w.Architecture == c.Architecture).Count));
    }

    [Fact]
    public void A_process_without_a_tracing_filter_is_an_error()
    {
        var error = session.Invoke("$p = Start-HardenedProcess sleep -ArgumentList 60; try { Start-SeccompTrace $p \"$d/part\" -Method Notify } finally { $p | Stop-HardenedProcess -Force }").SingleError();
        Assert.StartsWith("StartSeccompTrace,NOT_TRACED", error.FullyQualifiedErrorId);
        Assert.Contains("-Trace", error.ErrorDetails.RecommendedAction);
        Assert.False(File.Exists(Path.Join(_directory, "part")));
    }

    [Fact]
    public void What_the_kernel_logs_of_a_process_is_recorded_to_its_last_call()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the kernel's records need CAP_AUDIT_READ");
        // A run of ours whose policy has the flag Log: the kernel logs what its filter reports.
        ScriptResult result = session.Invoke("$policy = New-SeccompPolicy -DenySyscall mkdir -Flag Log; $p = Start-HardenedProcess sh -ArgumentList '-c', 'sleep 1; for i in 1 2 3 4 5 6 7; do mkdir /tmp/a; done; true' -SeccompPolicy $policy; $t = Start-SeccompTrace $p \"$d/part\" -Method Log; $t.Method; $null = $p | Wait-HardenedProcess; $t = $t | Stop-SeccompTrace; $t.Calls; $t.Counts[0].Name; $t.Failure").Succeeded();
        Assert.Equal([SeccompTraceMethod.Log, 7L, "mkdir", null], result.Objects.Select(o => o?.BaseObject));
        var count = Assert.Single(TraceFile.Read(Path.Join(_directory, "part")));
        Assert.Equal(("mkdir", 7L), (count.Name, count.Count));
        Assert.Empty(count.Arguments); // the records have none
    }

    [Fact]
    public void Any_process_is_counted_by_eBPF()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/sys/kernel/btf/vmlinux"), "needs root and a kernel with BTF");
        ScriptResult result = session.Invoke("$p = [Diagnostics.Process]::Start('/bin/sh', '-c \"while :; do cd /usr; cd /; sleep 0.01; done\"'); try { $t = Start-SeccompTrace $p \"$d/part\" -Method Ebpf; $t.Method; [Threading.Thread]::Sleep(500); $t = $t | Stop-SeccompTrace; $t.Lost; $t.LossKnown } finally { $p.Kill() }").Succeeded();
        Assert.Equal([SeccompTraceMethod.Ebpf, 0L, true], result.Objects.Select(o => o.BaseObject));
        Assert.True(TraceFile.Read(Path.Join(_directory, "part")).Single(c => c.Name == "chdir").Count > 3);
    }

    [Fact]
    public void A_whole_run_is_counted_by_eBPF()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/sys/kernel/btf/vmlinux"), "needs root and a kernel with BTF");
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sh -ArgumentList '-c', 'cd /usr; cd /; cd /usr' -Trace \"$d/whole\" -TraceMethod Ebpf -Wait; ($p.GetSyscallCounts() | Where-Object Name -eq chdir).Count").Succeeded();
        Assert.Equal(3L, Assert.Single(result.Objects).BaseObject);
        Assert.Equal(1, TraceFile.Read(Path.Join(_directory, "whole")).Single(c => c.Name == "execve").Count);
    }

    [Fact]
    public void A_run_can_not_be_traced_by_the_kernels_records()
    {
        var error = session.Invoke("Start-HardenedProcess true -Trace \"$d/whole\" -TraceMethod Log").SingleError();
        Assert.StartsWith("Trace,METHOD", error.FullyQualifiedErrorId);
        Assert.False(File.Exists(Path.Join(_directory, "whole")));
    }

    [Fact]
    public void A_trace_that_could_not_be_written_at_the_end_is_an_error()
    {
        var error = session.Invoke("[IO.Directory]::CreateDirectory(\"$d/gone\") | Out-Null; $p = Start-HardenedProcess sh -ArgumentList '-c', 'sleep 0.5; ls /' -Trace \"$d/gone/t\"; [IO.Directory]::Delete(\"$d/gone\", $true); $null = $p | Wait-HardenedProcess; if ($p.TraceFailure) { throw $p.TraceFailure }").SingleError();
        Assert.Contains("can't be written", error.Exception.Message);
    }

    [Fact]
    public void A_file_that_can_not_be_written_is_an_error()
    {
        var error = session.Invoke(Busy + "try { Start-SeccompTrace $p \"$d/no/part\" } finally { $p | Stop-HardenedProcess -Force }").SingleError();
        Assert.StartsWith("Trace,CANNOT_WRITE", error.FullyQualifiedErrorId);
    }

    [Fact]
    public void WhatIf_records_nothing()
    {
        Assert.Empty(session.Invoke("Start-SeccompTrace -Process $PID -Path \"$d/part\" -WhatIf").Succeeded().Objects);
        Assert.False(File.Exists(Path.Join(_directory, "part")));
    }
}
