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
    public void The_views_fit_the_terminal()
    {
        string text = session.Render("Measure-SeccompPolicy (New-SeccompPolicy '@basic', ptrace)");
        Assert.Matches(@"Instructions +: \d+", text);
        Assert.Contains("debugging (Warning)", text, StringComparison.Ordinal);
        string findings = session.Render("(New-SeccompPolicy '@basic', ptrace | Measure-SeccompPolicy).Findings");
        Assert.Matches(@"RuleId +Severity +Message", findings);
        Assert.All((text + findings).Split('\n'), line => Assert.InRange(line.Length, 0, 100));
    }
}
