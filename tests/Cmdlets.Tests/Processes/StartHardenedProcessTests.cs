using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Processes;

/// <summary>Real runs through the cmdlet: what goes in and what comes out.</summary>
public sealed partial class StartHardenedProcessTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Strict_is_the_default_and_complete()
    {
        HardenedProcess process = Start("Start-HardenedProcess python3 -ArgumentList '-c', 'import os; print(os.getpid(), os.getuid()); open(\"/etc/shadow\")' -Wait");
        Assert.Equal("2 1000\n", process.StandardOutput);
        Assert.Contains("/etc/shadow", process.StandardError, StringComparison.Ordinal);
        Assert.Equal(HardeningLevel.Full, process.Level);
        Assert.Equal("Strict", process.Profile.Name);
        Assert.Equal(1, process.ExitCode);
        Assert.True(process.HasExited);
        Assert.All(process.Outcome.Where(row => row.Requested), row => Assert.Equal(OutcomeStatus.Applied, row.Status));
    }

    [Fact]
    public void Root_becomes_a_host_id_that_owns_nothing()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root has another id to become");
        var process = session.Invoke("Start-HardenedProcess sleep -ArgumentList 60").Single<HardenedProcess>();
        try
        {
            string uid = File.ReadLines($"/proc/{process.Id}/status").Single(line => line.StartsWith("Uid:", StringComparison.Ordinal));
            Assert.Equal("Uid:\t1879000000\t1879000000\t1879000000\t1879000000", uid);
            Assert.NotEqual(File.ResolveLinkTarget("/proc/self/ns/pid", false)!.Name, File.ResolveLinkTarget($"/proc/{process.Id}/ns/pid", false)!.Name);
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }

    [Fact]
    public void Without_Wait_the_object_comes_at_once()
    {
        ScriptResult result = session.Invoke("$p = Start-HardenedProcess sleep -ArgumentList 60; $p.HasExited; $p.State; $null -eq $p.ExitCode; $p | Stop-HardenedProcess -Force; $p.HasExited; $p.State; $p.Signal").Succeeded();
        Assert.Equal(["False", "Running", "True", "True", "Signaled", "SIGKILL"], result.Objects.Select(o => o.ToString()));
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 255", 255)]
    public void The_exit_code_is_exact(string script, int code) =>
        Assert.Equal(code, session.Invoke("param($s) Start-HardenedProcess sh -ArgumentList '-c', $s -Wait", script).Single<HardenedProcess>().ExitCode);

    [Theory]
    [InlineData("TERM", "SIGTERM", 15)]
    [InlineData("SEGV", "SIGSEGV", 11)]
    public void So_is_the_signal(string kill, string name, int number)
    {
        var process = session.Invoke("param($s) Start-HardenedProcess sh -ArgumentList '-c', $s -Wait", $"kill -{kill} $$").Single<HardenedProcess>();
        Assert.Equal((name, number), (process.Signal, process.SignalNumber));
        Assert.Null(process.ExitCode);
    }

    [Fact]
    public void Arguments_are_never_parsed_again()
    {
        HardenedProcess process = Start("Start-HardenedProcess printf -ArgumentList '<%s>', 'a b', '', '$HOME', '\"q\"', '*', \"it's\" -Wait");
        Assert.Equal("<a b><><$HOME><\"q\"><*><it's>", process.StandardOutput);
    }

    [Fact]
    public void Text_from_the_pipeline_is_a_line_each() =>
        Assert.Equal("a\nb\nü\n", Start("'ü', 'b', 'a' | Start-HardenedProcess sort -Environment @{ LC_ALL = 'C' } -Wait").StandardOutput);

    [Fact]
    public void Bytes_stay_bytes()
    {
        HardenedProcess process = Start("[byte[]](0, 255, 10, 13), [byte] 1 | Start-HardenedProcess cat -Wait");
        Assert.Equal([0, 255, 10, 13, 1], process.GetStandardOutputBytes());
    }

    [Fact]
    public void Without_input_the_program_reads_the_end_at_once() => Assert.Equal("0\n", Start("Start-HardenedProcess wc -ArgumentList '-c' -Wait").StandardOutput);

    [Fact]
    public void A_megabyte_of_input_and_output_passes()
    {
        HardenedProcess process = Start("'x' * 1MB | Start-HardenedProcess cat -Wait");
        Assert.Equal((1 << 20) + 1, process.GetStandardOutputBytes().Length);
    }

    [Fact]
    public void The_environment_is_clean_but_for_what_is_set()
    {
        Environment.SetEnvironmentVariable("SANDBOX_TEST_SECRET", "s");
        HardenedProcess process = Start("Start-HardenedProcess env -Environment @{ MINE = 'yes'; TMPDIR = $null } -Wait");
        string[] names = [.. process.StandardOutput.Split('\n').Select(line => line.Split('=')[0])];
        Assert.Contains("MINE", names);
        Assert.DoesNotContain("SANDBOX_TEST_SECRET", names);
        Assert.DoesNotContain("TMPDIR", names);
        Assert.Contains("SANDBOX_TEST_SECRET", process.Outcome.Single(row => row.Name == "environment").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_working_directory_is_shown_and_writable()
    {
        string folder = Directory.CreateTempSubdirectory("sandbox-test-").FullName;
        try
        {
            File.WriteAllText($"{folder}/in", "in");
            HardenedProcess process = Start("param($d) Start-HardenedProcess sh -ArgumentList '-c', 'cat in; echo out > out; pwd' -WorkingDirectory $d -Wait", folder);
            Assert.Equal($"in{folder}\n", process.StandardOutput);
            Assert.Equal("out\n", File.ReadAllText($"{folder}/out"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Refused_calls_are_counted()
    {
        HardenedProcess process = Start("Start-HardenedProcess sh -ArgumentList '-c', 'mkdir /tmp/a; mkdir /tmp/b; rmdir /tmp/a' -SeccompPolicy '~mkdir', 'mkdirat' -Wait");
        SeccompDenialCount denial = Assert.Single(process.Denials);
        Assert.Equal(("mkdir", 2L, "Errno(EPERM)"), (denial.Syscall.Replace("at", "", StringComparison.Ordinal), denial.Count, denial.Action));
        Assert.Equal(HardeningLevel.Full, process.Level);
    }

    [Fact]
    public void Denied_calls_are_refused_also_where_the_profile_has_no_policy()
    {
        HardenedProcess process = Start("Start-HardenedProcess mkdir -ArgumentList '/nowhere/a' -Profile Standard -DenySyscall mkdir, mkdirat -Wait");
        Assert.Contains("Operation not permitted", process.StandardError, StringComparison.Ordinal);
        Assert.Equal(HardeningLevel.Baseline, process.Level);
    }

    [Fact]
    public void Several_sessions_run_at_once()
    {
        Parallel.For(0, 4, n =>
        {
            using var own = new ModuleRunspace();
            for (int i = 0; i < 5; i++)
            {
                Assert.Equal($"{n}.{i}\n", own.Invoke("param($t) Start-HardenedProcess echo -ArgumentList $t -Wait", $"{n}.{i}").Single<HardenedProcess>().StandardOutput);
            }
        });
    }

    private HardenedProcess Start(string script, params object?[] arguments) => session.Invoke(script, arguments).Single<HardenedProcess>();
}
