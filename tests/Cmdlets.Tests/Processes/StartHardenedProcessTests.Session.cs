using System.Diagnostics;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Processes;

public sealed partial class StartHardenedProcessTests
{
    [Fact]
    public void WhatIf_prints_the_plan_twice_the_same_and_starts_nothing()
    {
        string folder = Directory.CreateTempSubdirectory("sandbox-test-").FullName;
        try
        {
            const string Call = "param($d) Start-HardenedProcess touch -ArgumentList ran -WorkingDirectory $d -MemoryLimit 64MB -WhatIf";
            string first = session.Render(Call, folder);
            using var other = new ModuleRunspace();
            Assert.Equal(first, other.Render(Call, folder));
            Assert.Contains("pivot_root(", first, StringComparison.Ordinal);
            Assert.Contains("execve(\"/usr/bin/touch\", [\"/usr/bin/touch\", \"ran\"]", first, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Stopping_a_waiting_pipeline_ends_the_tree()
    {
        string marker = Survivors.Marker();
        using PowerShell shell = session.Create("param($m) Start-HardenedProcess sh -ArgumentList '-c', \"setsid sleep $m & sleep $m\" -Wait", marker);
        shell.BeginInvoke();
        Survivors.WaitFor(marker, 2);
        var watch = Stopwatch.StartNew();
        shell.Stop();
        Assert.Equal(0, Survivors.Count(marker));
        Assert.InRange(watch.ElapsedMilliseconds, 0, 1000);
    }

    [Fact]
    public void A_warning_that_stops_the_cmdlet_ends_the_tree()
    {
        string marker = Survivors.Marker();
        ScriptResult result = session.Invoke("param($m) Start-HardenedProcess sleep -ArgumentList $m -BestEffort -WarningAction Stop -ResourceLimit @{ nofile = 'unlimited' }", marker);
        Assert.NotNull(result.Thrown);
        Assert.Equal(0, Survivors.Count(marker));
    }

    [Theory]
    [InlineData("-Profile str", "Strict", "private root")]
    [InlineData("-KeepCapability CAP_NET_B", "CAP_NET_BIND_SERVICE", "capabilities(7)")]
    [InlineData("-DenySyscall @mount-", "'@mount-query'", "Query mounts")]
    [InlineData("-DenySyscall pivot", "pivot_root", "pivot_root(2)")]
    [InlineData("-SeccompPolicy sta", "standard", "Allows everything but")]
    [InlineData("-Network N", "None", "None")]
    [InlineData("-ResourceLimit nof", "@{ nofile = ", "descriptor")]
    [InlineData("-KeepCapability net_b", "CAP_NET_BIND_SERVICE", "capabilities(7)")]
    [InlineData("-FilePath chroo", "chroot", "chroot")]
    public void It_completes_with_tooltips(string typed, string completed, string toolTip)
    {
        CompletionResult match = session.Complete("Start-HardenedProcess " + typed).First(m => m.CompletionText == completed);
        Assert.Contains(toolTip, match.ToolTip, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_binds_by_name_file_hashtable_and_object()
    {
        string folder = Directory.CreateTempSubdirectory("sandbox-test-").FullName;
        try
        {
            File.WriteAllText($"{folder}/p.json", "{ \"extends\": \"Strict\", \"name\": \"FromJson\" }");
            File.WriteAllText($"{folder}/p.psd1", "@{ Extends = 'Strict'; Name = 'FromData' }");
            ScriptResult result = session.Invoke(
                "param($d) foreach ($p in 'strict', \"$d/p.json\", \"$d/p.psd1\", @{ extends = 'Strict'; name = 'FromTable' }, (New-HardeningProfile FromObject)) { (Start-HardenedProcess true -Profile $p -Wait).Profile.Name }", folder);
            Assert.Equal(["Strict", "FromJson", "FromData", "FromTable", "FromObject"], result.Succeeded().Objects.Select(o => o.ToString()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
