using Sandbox.Cmdlets.Tests.Base;

namespace Sandbox.Cmdlets.Tests.Binding;

public sealed class TimeTransformationTests
{
    [Theory]
    [InlineData("30", 30_000)]
    [InlineData("'30'", 30_000)]
    [InlineData("1.5", 1_500)]
    [InlineData("'250ms'", 250)]
    [InlineData("'5m'", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("'1d'", 86_400_000)]
    [InlineData("'0.5 s'", 500)]
    [InlineData("'00:01:30'", 90_000)]
    [InlineData("([timespan]::FromSeconds(2))", 2_000)]
    [InlineData("0", 0)]
    public void Times_bind(string argument, long milliseconds)
    {
        using var session = new ModuleRunspace(true, typeof(TestFixtureBindingCommand));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), session.Invoke($"Test-FixtureBinding -Time {argument}").Single<TimeSpan>());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("'-00:00:01'")]
    [InlineData("'soon'")]
    [InlineData("'5y'")]
    [InlineData("''")]
    [InlineData("1e20")]
    [InlineData("([double]::NaN)")]
    [InlineData("([double]::PositiveInfinity)")]
    [InlineData("$true")]
    public void Anything_else_is_an_error_of_binding(string argument)
    {
        using var session = new ModuleRunspace(true, typeof(TestFixtureBindingCommand));
        string id = session.Invoke($"Test-FixtureBinding -Time {argument}").SingleError().FullyQualifiedErrorId;
        Assert.StartsWith("ParameterArgumentTransformationError", id, StringComparison.Ordinal);
    }
}
