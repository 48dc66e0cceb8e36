using Sandbox.Cmdlets.Tests.Base;

namespace Sandbox.Cmdlets.Tests.Binding;

public sealed class SizeTransformationTests
{
    [Theory]
    [InlineData("512MB", 536870912L)]
    [InlineData("'512MB'", 536870912L)]
    [InlineData("'512mb'", 536870912L)]
    [InlineData("'512 MiB'", 536870912L)]
    [InlineData("'1.5GB'", 1610612736L)]
    [InlineData("'64k'", 65536L)]
    [InlineData("'2T'", 2199023255552L)]
    [InlineData("'100B'", 100L)]
    [InlineData("4096", 4096L)]
    [InlineData("'4096'", 4096L)]
    [InlineData("0", 0L)]
    [InlineData("1.5KB", 1536L)]
    [InlineData("([uint64]7)", 7L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Sizes_bind(string argument, long bytes)
    {
        using var session = new ModuleRunspace(true, typeof(TestFixtureBindingCommand));
        Assert.Equal(bytes, session.Invoke($"Test-FixtureBinding -Size {argument}").Single<long>());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("'-1MB'")]
    [InlineData("'1.0000001KB'")]
    [InlineData("0.5")]
    [InlineData("'0.3B'")]
    [InlineData("'lots'")]
    [InlineData("'5XB'")]
    [InlineData("''")]
    [InlineData("'1,5GB'")]
    [InlineData("'9223372036854775808'")]
    [InlineData("'9000000P'")]
    [InlineData("1e30")]
    [InlineData("([double]::NaN)")]
    [InlineData("([datetime]0)")]
    [InlineData("@(1,2)")]
    public void Anything_else_is_an_error_of_binding(string argument)
    {
        using var session = new ModuleRunspace(true, typeof(TestFixtureBindingCommand));
        string id = session.Invoke($"Test-FixtureBinding -Size {argument}").SingleError().FullyQualifiedErrorId;
        Assert.StartsWith("ParameterArgumentTransformationError", id, StringComparison.Ordinal);
    }
}
