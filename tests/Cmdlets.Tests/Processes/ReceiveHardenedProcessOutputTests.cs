using System.Diagnostics;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Processes;

public sealed class ReceiveHardenedProcessOutputTests : IDisposable
{
    private const string Endless = "$p = Start-HardenedProcess sh -ArgumentList '-c', 'i=0; while :; do echo $i; i=$((i+1)); sleep 0.02; done'; ";

    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_streams_every_line_of_both_streams_in_their_order()
    {
        ScriptResult result = session.Invoke("Start-HardenedProcess sh -ArgumentList '-c', 'echo a; echo; echo e >&2; printf last' | Receive-HardenedProcessOutput").Succeeded();
        OutputLine[] lines = [.. result.Objects.Select(o => Assert.IsType<OutputLine>(o.BaseObject))];
        Assert.Equal(["a", "", "last"], lines.Where(line => line.Stream == "StandardOutput").Select(line => line.Text));
        Assert.Equal(["e"], lines.Where(line => line.Stream == "StandardError").Select(line => line.Text));
    }

    [Fact]
    public void It_begins_at_the_beginning_also_after_the_end()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sh -ArgumentList '-c', 'echo a; echo b' -Wait; 1..2 | ForEach-Object { ($p | Receive-HardenedProcessOutput).Text }").Succeeded();
        Assert.Equal(["a", "b", "a", "b"], result.Objects.Select(o => o.ToString()));
    }

    [Fact]
    public void A_hundred_thousand_lines_arrive()
    {
        ScriptResult result = session.Invoke("$n = 0; Start-HardenedProcess seq -ArgumentList 100000 | Receive-HardenedProcessOutput -Stream StandardOutput | ForEach-Object { $n++; if ($_.Text -ne \"$n\") { throw $_ } }; $n");
        Assert.Equal(100000, result.Single<int>());
    }

    [Theory]
    [InlineData("-MaxCount 3", 3)]
    [InlineData("-MaxCount 1 -Stream StandardOutput", 1)]
    public void MaxCount_ends_it_in_order(string parameters, int count)
    {
        ScriptResult result = session.Invoke(Endless + $"$p | Receive-HardenedProcessOutput {parameters}; $p | Stop-HardenedProcess -Force").Succeeded();
        Assert.Equal(count, result.Objects.Count);
    }

    [Fact]
    public void Timeout_ends_it_without_an_error()
    {
        var watch = Stopwatch.StartNew();
        ScriptResult result = session.Invoke(Endless + "$p | Receive-HardenedProcessOutput -Timeout 300ms; $p.HasExited; $p | Stop-HardenedProcess -Force").Succeeded();
        Assert.InRange(watch.ElapsedMilliseconds, 300, 2500);
        Assert.Equal(false, result.Objects[^1].BaseObject);
        Assert.True(result.Objects.Count > 2);
    }

    [Fact]
    public void A_line_binds_to_what_stops_its_process()
    {
        ScriptResult result = session.Invoke(Endless + "$p | Receive-HardenedProcessOutput | Where-Object Text -EQ '3' | Stop-HardenedProcess -Force; $p.Signal");
        Assert.Equal("SIGKILL", result.Single<string>());
    }

    [Fact]
    public void A_downstream_end_comes_at_once_and_leaves_the_process()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sh -ArgumentList '-c', 'echo a; sleep 60'; $w = [Diagnostics.Stopwatch]::StartNew(); try { $p | Receive-HardenedProcessOutput | ForEach-Object { $w.Restart(); throw 'enough' } } catch { $w.ElapsedMilliseconds }; $p.HasExited; $p | Stop-HardenedProcess -Force").Succeeded();
        Assert.InRange((long)result.Objects[0].BaseObject, 0, 150);
        Assert.Equal(false, result.Objects[1].BaseObject);
    }

    [Fact]
    public void Ctrl_C_ends_it_at_once_and_leaves_the_process()
    {
        var process = session.Invoke("Start-HardenedProcess sleep -ArgumentList 60").Single<HardenedProcess>();
        try
        {
            using PowerShell shell = session.Create("param($p) $p | Receive-HardenedProcessOutput", process);
            shell.BeginInvoke();
            Thread.Sleep(200);
            var watch = Stopwatch.StartNew();
            shell.Stop();
            Assert.InRange(watch.ElapsedMilliseconds, 0, 150);
            Assert.False(process.HasExited);
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }
}
