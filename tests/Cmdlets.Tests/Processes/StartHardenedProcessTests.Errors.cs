using System.Management.Automation;

namespace Sandbox.Cmdlets.Tests.Processes;

public sealed partial class StartHardenedProcessTests
{
    // Above fs.nr_open even root may not raise it (kernel/sys.c, do_prlimit).
    private const string Impossible = "-ResourceLimit @{ nofile = 'unlimited' }";

    [Theory]
    [InlineData("no-such-program", "Executable,ENOENT", ErrorCategory.ObjectNotFound)]
    [InlineData("/etc/passwd", "Executable,EACCES", ErrorCategory.PermissionDenied)]
    [InlineData("/usr", "Executable,IS_DIRECTORY", ErrorCategory.InvalidArgument)]
    [InlineData("true -WorkingDirectory /nowhere", "WorkingDirectory,ENOENT", ErrorCategory.ObjectNotFound)]
    [InlineData("true -ReadOnlyPath /nowhere", "ReadOnlyPath,ENOENT", ErrorCategory.ObjectNotFound)]
    [InlineData("true -KeepCapability CAP_NONE", "Capability,UNKNOWN_NAME", ErrorCategory.InvalidArgument)]
    [InlineData("true -ResourceLimit @{ nofiles = 1 }", "ResourceLimit,UNKNOWN_NAME", ErrorCategory.InvalidArgument)]
    [InlineData("true -ResourceLimit @{ nofile = 'max(1' }", "LimitExpression,SYNTAX", ErrorCategory.ParserError)]
    [InlineData("true -PassDescriptor 9999", "PassDescriptor,EBADF", ErrorCategory.InvalidArgument)]
    [InlineData("true -Profile Standard -RequireLevel Full", "RequireLevel,NOT_REACHED", ErrorCategory.SecurityError)]
    [InlineData("true -Profile Standard -AllowSyscall mount", "HardeningProfile,INCONSISTENT", ErrorCategory.InvalidArgument)]
    [InlineData("true -Profile @{ extends = 'Standard'; tcpBindPorts = @(80) }", "HardeningProfile,INCONSISTENT", ErrorCategory.InvalidArgument)]
    [InlineData("true " + Impossible, "prlimit64,EPERM", ErrorCategory.SecurityError)]
    public void What_can_not_be_is_an_error_with_a_remedy(string call, string id, ErrorCategory category)
    {
        ErrorRecord error = session.Invoke("Start-HardenedProcess " + call).SingleError();
        Assert.Equal($"{id},Sandbox.Cmdlets.StartHardenedProcessCommand", error.FullyQualifiedErrorId);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void The_default_view_of_an_error_says_once_what_to_do()
    {
        string view = session.Render("try { Start-HardenedProcess no-such-program } catch { $_ }");
        Assert.Contains("The program 'no-such-program' was not found.", view, StringComparison.Ordinal);
        Assert.Equal(2, view.Split("Give the path of the program, or install it.").Length);
    }

    [Fact]
    public void A_location_that_is_gone_is_not_blamed_on_a_parameter()
    {
        string folder = Directory.CreateTempSubdirectory("sandbox-test-").FullName;
        ErrorRecord error = session.Invoke("param($d) $null = $ExecutionContext.SessionState.Path.SetLocation($d); [IO.Directory]::Delete($d); Start-HardenedProcess true", folder).SingleError();
        Assert.StartsWith("WorkingDirectory,ENOENT", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal($"The current location '{folder}' doesn't exist any more.", error.ErrorDetails.Message);
    }

    [Theory]
    [InlineData("-Profile Nope", "Built-in profiles: Standard, Strict")]
    [InlineData("-Profile ./nope", "nope' doesn't exist. Check the path.")]
    [InlineData("-Profile nope.psd1", "nope.psd1' doesn't exist. Check the path.")]
    [InlineData("-Profile @{ extends = 'Strict'; netwrk = 'None' }", "Did you mean 'network'?")]
    [InlineData("-SeccompPolicy openn", "openn")]
    [InlineData("-MemoryLimit 5QB", "'5QB' is no size")]
    [InlineData("-Timeout soon", "'soon' is no time")]
    public void A_value_that_does_not_bind_says_what_would(string parameters, string message)
    {
        ErrorRecord error = session.Invoke($"Start-HardenedProcess true {parameters}").SingleError();
        Assert.Contains(message, error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_fails_closed_and_the_error_holds_the_rows()
    {
        string folder = Directory.CreateTempSubdirectory("sandbox-test-").FullName;
        try
        {
            ErrorRecord error = session.Invoke($"param($d) Start-HardenedProcess touch -ArgumentList 'ran' -WorkingDirectory $d {Impossible}", folder).SingleError();
            Assert.False(File.Exists($"{folder}/ran"));
            HardeningOutcome row = Assert.IsType<HardeningException>(error.Exception).Outcome.Single(r => r.Name == "rlimit_nofile");
            Assert.Equal((OutcomeStatus.Failed, 1, "EPERM", "prlimit64"), (row.Status, row.Errno, row.ErrnoName, row.Syscall));
            Assert.NotNull(row.Remedy);
            Assert.Equal(((HardeningException)error.Exception).Outcome, Assert.IsType<HardeningOutcome[]>(error.TargetObject));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void BestEffort_runs_and_says_what_is_missing()
    {
        ScriptResult result = session.Invoke($"Start-HardenedProcess echo -ArgumentList ran -BestEffort -Wait {Impossible}");
        var process = result.Single<HardenedProcess>();
        Assert.Equal((HardeningLevel.Partial, "ran\n"), (process.Level, process.StandardOutput));
        Assert.Contains("rlimit_nofile", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void RequireLevel_sets_the_floor_of_BestEffort()
    {
        const string Call = $"Start-HardenedProcess true -BestEffort -Wait {Impossible} -RequireLevel ";
        Assert.Equal(ErrorCategory.SecurityError, session.Invoke(Call + "Full").SingleError().CategoryInfo.Category);
        Assert.Equal(HardeningLevel.Partial, session.Invoke(Call + "Partial").Single<HardenedProcess>().Level);
    }
}
