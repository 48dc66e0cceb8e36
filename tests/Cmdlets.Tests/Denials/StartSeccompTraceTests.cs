using Sandbox.Tracing;

namespace Sandbox.Cmdlets.Tests.Denials;

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
