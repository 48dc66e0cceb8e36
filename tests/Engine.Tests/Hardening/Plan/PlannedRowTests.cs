using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Plan;

/// <summary>A row that stands for several things is in force only when each of them is.</summary>
public sealed class PlannedRowTests
{
    [Fact]
    public void One_that_is_missing_is_the_row_s_finding()
    {
        var row = new PlannedRow("dev", _ => new(true, "null"), AfterExec: false);
        row.Require(_ => new(true, "zero"));
        Assert.Equal(new Finding(true, "null"), row.Verify(null!));
        row.Require(_ => new(false, "full is not mounted"));
        row.Require(_ => new(true, "random"));
        Assert.Equal(new Finding(false, "full is not mounted"), row.Verify(null!));
    }

    [Fact]
    public void The_same_question_is_asked_once()
    {
        var asked = 0;
        Verification verification = _ => new(true, $"{++asked}");
        var row = new PlannedRow("proc", verification, AfterExec: false);
        row.Require(verification);
        row.Verify(null!);
        Assert.Equal(1, asked);
    }
}
