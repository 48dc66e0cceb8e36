namespace Sandbox.Cmdlets.Tests.Seccomp;

public sealed class GetSeccompSetTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("Get-SeccompSet network", "@network")]
    [InlineData("Get-SeccompSet '@network'", "@network")]
    [InlineData("Get-SeccompSet @('io-u*')", "@io-uring")]
    [InlineData("Get-SeccompSet -Syscall io_uring_setup '@io-*'", "@io-uring")]
    public void It_finds_sets(string script, string name) => Assert.Equal(name, session.Invoke($"({script}).Name").Single<string>());

    [Fact]
    public void A_set_that_is_not_there_is_an_error() =>
        Assert.StartsWith("GetSeccompSet,NOT_FOUND", session.Invoke("Get-SeccompSet netwrk").SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);

    [Fact]
    public void The_table_fits_the_terminal_and_names_complete()
    {
        Assert.All(session.Render("Get-SeccompSet").Split('\n'), line => Assert.InRange(line.Length, 0, 100));
        Assert.Contains("Sockets", Assert.Single(session.Complete("Get-SeccompSet '@netw")).ToolTip, StringComparison.Ordinal);
    }
}
