using System.Diagnostics;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Processes;

public sealed class InvokeHardenedProcessTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Output_passes_through_as_lines()
    {
        ScriptResult result = session.Invoke("Invoke-HardenedProcess printf -ArgumentList 'a\\nb\\n\\nc'").Succeeded();
        Assert.Equal(["a", "b", "", "c"], result.Objects.Select(o => o.BaseObject));
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("kill -KILL $$", 137)]
    public void The_exit_code_is_in_LASTEXITCODE_and_no_error(string script, int code) =>
        Assert.Equal(code, session.Invoke("param($s) Invoke-HardenedProcess sh -ArgumentList '-c', $s; $global:LASTEXITCODE", script).Single<int>());

    [Fact]
    public void The_standard_error_goes_to_the_terminal_unless_merged()
    {
        const string Call = "Invoke-HardenedProcess sh -ArgumentList '-c', 'echo err >&2'";
        Assert.Empty(session.Invoke(Call).Succeeded().Objects);
        Assert.Equal("err\n", session.Render(Call));
        Assert.Equal("err", session.Invoke(Call + " -MergeStandardError").Single<string>());
    }

    [Fact]
    public void It_filters_what_the_pipeline_gives() =>
        Assert.Equal(["a", "b"], session.Invoke("'b', 'a' | Invoke-HardenedProcess sort").Succeeded().Objects.Select(o => o.ToString()));

    [Theory]
    [InlineData("sleep -ArgumentList 60 -Timeout 0.2", "InvokeHardenedProcess,ETIMEDOUT", ErrorCategory.OperationTimeout)]
    [InlineData("no-such-program", "Executable,ENOENT", ErrorCategory.ObjectNotFound)]
    public void What_ended_it_is_an_error(string call, string id, ErrorCategory category)
    {
        ErrorRecord error = session.Invoke("Invoke-HardenedProcess " + call).SingleError();
        Assert.Equal($"{id},Sandbox.Cmdlets.InvokeHardenedProcessCommand", error.FullyQualifiedErrorId);
        Assert.Equal(category, error.CategoryInfo.Category);
    }

    [Fact]
    public void No_line_is_lost_to_the_output_limit()
    {
        ScriptResult result = session.Invoke("$n = 0; Invoke-HardenedProcess seq -ArgumentList 100000 -OutputLimit 1000 | ForEach-Object { $n++; if ($_ -ne \"$n\") { throw $_ } }; $n");
        Assert.Equal(100000, result.Single<int>());
    }

    [Fact]
    public void Verbose_names_refused_calls()
    {
        ScriptResult result = session.Invoke("Invoke-HardenedProcess sh -ArgumentList '-c', 'mkdir /tmp/a 2>/dev/null' -DenySyscall mkdir, mkdirat -Verbose").Succeeded();
        Assert.Contains(result.Verbose, line => line.StartsWith("Refused: mkdir", StringComparison.Ordinal));
    }

    [Fact]
    public void A_downstream_throw_ends_the_tree()
    {
        string marker = Survivors.Marker();
        var watch = Stopwatch.StartNew();
        ScriptResult result = session.Invoke("param($m) Invoke-HardenedProcess sh -ArgumentList '-c', \"echo first; setsid sleep $m & sleep $m\" | ForEach-Object { throw 'enough' }", marker);
        Assert.Equal("enough", result.Thrown?.Message);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 2000);
        Assert.Equal(0, Survivors.Count(marker));
    }

    [Fact]
    public void Ctrl_C_ends_the_tree()
    {
        string marker = Survivors.Marker();
        using PowerShell shell = session.Create("param($m) Invoke-HardenedProcess sleep -ArgumentList $m", marker);
        shell.BeginInvoke();
        Survivors.WaitFor(marker, 1);
        shell.Stop();
        Assert.Equal(0, Survivors.Count(marker));
    }
}
