using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Outcomes;

public sealed class LevelRuleTests
{
    // a applied, f failed, s skipped; capitals were requested.
    [Theory]
    [InlineData("AA", HardeningTier.Standard, HardeningLevel.Baseline)]
    [InlineData("AA", HardeningTier.Strict, HardeningLevel.Full)]
    [InlineData("AF", HardeningTier.Standard, HardeningLevel.Partial)]
    [InlineData("AF", HardeningTier.Strict, HardeningLevel.Partial)]
    [InlineData("AS", HardeningTier.Strict, HardeningLevel.Partial)]
    [InlineData("AS", HardeningTier.Standard, HardeningLevel.Partial)]
    [InlineData("F", HardeningTier.Standard, HardeningLevel.None)]
    [InlineData("FS", HardeningTier.Strict, HardeningLevel.None)]
    [InlineData("As", HardeningTier.Strict, HardeningLevel.Full)]
    [InlineData("Af", HardeningTier.Strict, HardeningLevel.Full)]
    [InlineData("Fa", HardeningTier.Strict, HardeningLevel.None)]
    [InlineData("", HardeningTier.Strict, HardeningLevel.None)]
    public void Judges(string rows, HardeningTier tier, HardeningLevel level)
    {
        HardeningOutcome[] outcomes = [.. rows.Select(Row)];
        Assert.Equal(level, LevelRule.Judge(tier, outcomes));
        Assert.Equal(rows.Count(c => c is 'F' or 'S'), LevelRule.Missing(outcomes).Count);
    }

    private static HardeningOutcome Row(char c) => new()
    {
        Name = $"{c}", Requested = char.IsUpper(c),
        Status = char.ToLowerInvariant(c) switch { 'a' => OutcomeStatus.Applied, 'f' => OutcomeStatus.Failed, _ => OutcomeStatus.Skipped },
    };
}
