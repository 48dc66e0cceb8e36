using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Views;

/// <summary>What a user sees on a terminal of 100 columns, of live objects and of those that come from elsewhere.</summary>
public sealed class ViewTests : IDisposable
{
    private const string Run = "$p = Start-HardenedProcess sh -ArgumentList '-c', 'echo out; mkdir /tmp/a; exit 3' -DenySyscall mkdir, mkdirat -Wait; ";
    private const string Again = "$p = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($p, 1)); ";

    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData(Run + "$p", "Id Name Level State Exit Time(s) CommandLine", "sh Full Exited 3")]
    [InlineData(Run + Again + "$p", "Id Name Level State Exit Time(s) CommandLine", "sh Full Exited 3")]
    [InlineData("Start-HardenedProcess sh -ArgumentList '-c', 'kill -9 $$' -Wait", "Id Name Level State Exit Time(s) CommandLine", "sh Full Signaled SIGKILL")]
    [InlineData(Run + "$p.Outcome", "Name Requested Status Errno Detail", "no_new_privs True Applied")]
    [InlineData(Run + Again + "$p.Outcome", "Name Requested Status Errno Detail", "no_new_privs True Applied")]
    [InlineData(Run + "$p.Denials", "Syscall Number Architecture Count Action", "mkdir 83 x86_64 1 Errno(EPERM)")]
    [InlineData(Run + Again + "$p.Denials", "Syscall Number Architecture Count Action", "mkdir 83 x86_64 1 Errno(EPERM)")]
    [InlineData(Run + "$p.Usage", "User(s) System(s) MaxResident(MB) PeakMemory(MB) MajorFaults Switches", "0.")]
    [InlineData(Run + "$p | Receive-HardenedProcessOutput -MaxCount 1", "ProcessId Stream Text", "StandardOutput out")]
    [InlineData("Get-HardeningProfile Strict", "Name Tier Root Network Seccomp Description", "Strict Strict Private None strict Every namespace")]
    public void A_table_fits_100_columns(string script, string header, string row)
    {
        if (row.Contains("x86_64", StringComparison.Ordinal)) Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "mkdir(2) exists on x64 only");
        string[] lines = session.Render(script).Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 100));
        string[] words = [.. lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        Assert.Contains(header, words);
        Assert.Contains(words, line => line.Contains(row, StringComparison.Ordinal));
    }

    [Fact]
    public void A_remedy_is_in_the_table()
    {
        string text = session.Render("(Start-HardenedProcess true -BestEffort -WarningAction SilentlyContinue -ResourceLimit @{ nofile = 'unlimited' } -Wait).Outcome");
        Assert.Matches(@"rlimit_nofile +True +Failed +EPERM ", text);
        Assert.Contains("Remedy:", string.Concat(text.Split('\n').Select(line => line.Trim())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HardenedProcess", "$p", "Profile : Strict|State : Exited|ExitCode : 3|Denials : mkdir x1: Errno(EPERM)|StandardOutput : out")]
    [InlineData("HardenedProcess", "$q", "Missing : rlimit_nofile: |Level : Partial")]
    [InlineData("HardeningOutcome", "$q.Outcome | Where-Object Name -EQ rlimit_nofile", "Status : Failed|Errno : EPERM (1)|Syscall : prlimit64|Remedy : ")]
    [InlineData("SeccompDenialCount", "$p.Denials", "Syscall : mkdir|Arguments : 0x")]
    [InlineData("ResourceUsage", "$p.Usage", "MaxResidentSetSize : ")]
    [InlineData("HardeningProfile", "$p.Profile", "Namespaces : All|ResourceLimits : core = 0; nofile = 1024|OutputLimit : 16777216")]
    public void A_list_shows_what_matters(string type, string what, string expected)
    {
        string script = Run + "$q = Start-HardenedProcess true -BestEffort -WarningAction SilentlyContinue -ResourceLimit @{ nofile = 'unlimited' } -Wait; " + what;
        foreach (object? made in new[] { session.Invoke(script).Succeeded().Objects[0], session.Invoke(script.Replace(what, Again + Again.Replace("$p", "$q", StringComparison.Ordinal) + what, StringComparison.Ordinal)).Succeeded().Objects[0] })
        {
            using var lists = new ListSession(type);
            string[] lines = [.. lists.Render(made).Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
            foreach (string part in expected.Split('|')) Assert.Contains(lines, line => line.StartsWith(part.Trim(), StringComparison.Ordinal));
        }
    }

    // Start-Job and remoting use this serializer, with this depth.
    [Fact]
    public void What_comes_from_elsewhere_is_whole()
    {
        ScriptResult result = session.Invoke(Run + Again + "$p.State; $p.ExitCode; $p.Duration.GetType().Name; @($p.Outcome)[0].Status.ToString(); @($p.Denials)[0].Arguments.Count; $p.Profile.ResourceLimits['nofile']; $p.Usage.MaxResidentSetSize -gt 0; $p.PSObject.TypeNames[0]").Succeeded();
        Assert.Equal(["Exited", "3", "TimeSpan", "Applied", "6", "1024", "True", "Deserialized.Sandbox.HardenedProcess"], result.Objects.Select(o => o.ToString()));
    }
}
