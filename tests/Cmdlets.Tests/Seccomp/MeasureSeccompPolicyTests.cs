using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Tests.Seccomp;

public sealed class MeasureSeccompPolicyTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_measures_and_its_witnesses_can_be_replayed()
    {
        var measured = session.Invoke("New-SeccompPolicy '@basic', ptrace | Measure-SeccompPolicy").Single<SeccompMeasurement>();
        Assert.InRange(measured.LongestNamePath, 3, measured.LongestPath);
        Assert.Contains(measured.Findings, finding => finding.RuleId == "debugging");
        var answers = session.Invoke("(New-SeccompPolicy '@basic', ptrace | Measure-SeccompPolicy).Findings | Where-Object Witness | Test-SeccompPolicy -Policy (New-SeccompPolicy '@basic', ptrace)").Succeeded().Objects;
        Assert.Equal(measured.Findings.Count(finding => finding.Witness is not null), answers.Count);
        Assert.All(answers, answer => Assert.Equal(true, answer.BaseObject));
    }

    [Fact]
    public void A_justified_finding_is_shown_as_justified()
    {
        var strict = session.Invoke("Measure-SeccompPolicy strict").Single<SeccompMeasurement>();
        Assert.All(strict.Findings, finding => Assert.NotNull(finding.Justification));
        Assert.Contains("Justified: shared by all architectures", session.Render("Measure-SeccompPolicy strict").Replace("\n                  ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_of_another_compiler_is_measured()
    {
        // Loads an argument, then decides getpid by its number; the other calls are as the default says.
        string text = " 0000: 0x20 0x00 0x00 0x00000010\n 0001: 0x20 0x00 0x00 0x00000004\n 0002: 0x15 0x01 0x00 0xc000003e\n 0003: 0x06 0x00 0x00 0x80000000\n"
            + " 0004: 0x20 0x00 0x00 0x00000000\n 0005: 0x15 0x00 0x01 0x00000027\n 0006: 0x06 0x00 0x00 0x7fff0000\n 0007: 0x06 0x00 0x00 0x00050001\n";
        var measured = session.Invoke("Measure-SeccompPolicy (New-SeccompPolicy getpid -Architecture X86_64) -Program (ConvertTo-SeccompPolicy $args[0] -From Disassembly)", text).Single<SeccompMeasurement>();
        Assert.Equal((8, 0, null), (measured.Instructions, measured.CachedSyscalls, measured.CompileTime));
        Assert.Contains(measured.Findings, finding => finding.RuleId == "cache-defeated" && finding.Place == "Rules[0]");
        Assert.Matches(@"CompileTime +: the program was given", session.Render("Measure-SeccompPolicy (New-SeccompPolicy getpid -Architecture X86_64) -Program (ConvertTo-SeccompPolicy $args[0] -From Disassembly)", text));
    }

    [Fact]
    public void The_views_fit_the_terminal()
    {
        string text = session.Render("Measure-SeccompPolicy (New-SeccompPolicy '@basic', ptrace)");
        Assert.Matches(@"Instructions +: \d+", text);
        Assert.Contains("debugging (Warning)", text, StringComparison.Ordinal);
        string findings = session.Render("(New-SeccompPolicy '@basic', ptrace | Measure-SeccompPolicy).Findings");
        Assert.Matches(@"RuleId +Severity +Place +Message", findings);
        Assert.All((text + findings).Split('\n'), line => Assert.InRange(line.Length, 0, 100));
    }
}
