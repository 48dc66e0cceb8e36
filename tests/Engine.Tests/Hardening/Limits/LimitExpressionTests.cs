using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Limits;

public sealed class LimitExpressionTests
{
    [Theory]
    [InlineData("0", 0UL)]
    [InlineData("512MB", 536870912UL)]
    [InlineData("1KiB + 2", 1026UL)]
    [InlineData("2 + 3 * 4", 14UL)]
    [InlineData("(2 + 3) * 4", 20UL)]
    [InlineData("20 - 5 - 5", 10UL)]
    [InlineData("7 / 2", 3UL)]
    [InlineData("min(3, max(1, 2), 9)", 2UL)]
    [InlineData("unlimited", ulong.MaxValue)]
    [InlineData("min(unlimited, 5)", 5UL)]
    [InlineData("timeout * 2", 14UL)]
    [InlineData("memory / 1GB", 3UL)]
    public void Evaluates(string text, ulong expected) => Assert.Equal(expected, LimitExpression.Parse(text).Evaluate(6.5, 3L << 30));

    [Fact]
    public void MissingVariablesAreZero() => Assert.Equal(0UL, LimitExpression.Parse("timeout + memory").Evaluate(null, null));

    [Theory]
    [InlineData("", 1)]
    [InlineData("1 +", 4)]
    [InlineData("max(1, 2", 9)]
    [InlineData("2 * memry", 5)]
    [InlineData("12 parsecs", 4)]
    [InlineData("12XB", 3)]
    [InlineData("1 \0", 3)]
    [InlineData("99999999999999999999", 1)]
    [InlineData("16777216TB", 9)]
    public void AMistakeNamesItsColumn(string text, int column)
    {
        var e = Assert.Throws<SandboxException>(() => LimitExpression.Parse(text));
        Assert.Equal(SandboxErrorKind.ParserError, e.Kind);
        Assert.Contains($"column {column}:", e.Message);
    }

    [Theory]
    [InlineData("18446744073709551615 * 2", 22)]
    [InlineData("1 - 2", 3)]
    [InlineData("1 / timeout", 3)]
    [InlineData("unlimited + 1", 11)]
    public void ACalculationOutOfRangeNamesItsColumn(string text, int column)
    {
        var e = Assert.Throws<SandboxException>(() => LimitExpression.Parse(text).Evaluate(0, 0));
        Assert.Equal("LimitExpression,RANGE", e.ErrorId);
        Assert.Contains($"column {column}:", e.Message);
    }

    [Fact]
    public void DeepNestingIsRefused() =>
        Assert.Contains("nested", Assert.Throws<SandboxException>(() => LimitExpression.Parse(new string('(', 400) + "1" + new string(')', 400))).Message);

    [Theory]
    [InlineData("5", "6", true)]
    [InlineData("6", "5", false)]
    [InlineData("1GB", "max(8 * memory, 4096MB)", true)]
    [InlineData("5GB", "max(8 * memory, 4096MB)", false)]
    [InlineData("min(2 * timeout, 9)", "2 * timeout", true)]
    [InlineData("2 * timeout", "3 * timeout", false)]
    [InlineData("memory", "unlimited", true)]
    [InlineData("unlimited", "1", false)]
    public void ShowsThatOneIsLower(string a, string b, bool expected) =>
        Assert.Equal(expected, LimitExpression.Parse(a).IsAtMost(LimitExpression.Parse(b)));
}
