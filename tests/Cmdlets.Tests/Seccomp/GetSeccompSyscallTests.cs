using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Tests.Seccomp;

public sealed class GetSeccompSyscallTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_finds_calls_by_name_number_and_set()
    {
        var call = session.Invoke("Get-SeccompSyscall openat2 -Architecture X86_64").Single<SeccompSyscall>();
        Assert.Equal((437u, "5.6", 4), (call.Number, call.Since, call.ParameterCount));
        Assert.Equal([0], call.NarrowParameters);
        Assert.Equal([1, 2], call.PointerParameters);
        Assert.Contains("@file-system", call.Sets);
        Assert.Equal("execve", session.Invoke("Get-SeccompSyscall -Number 221 -Architecture AArch64").Single<SeccompSyscall>().Name);
        Assert.Equal(["io_uring_setup", "io_uring_enter", "io_uring_register"], session.Invoke("(Get-SeccompSyscall '@io-uring').Name").Objects.Select(o => o.ToString()!));
        Assert.Equal(2, session.Invoke("Get-SeccompSyscall read -Architecture X86_64, X86").Succeeded().Objects.Count);
    }

    [Fact]
    public void A_name_that_is_not_there_is_an_error_with_a_suggestion()
    {
        var result = session.Invoke("Get-SeccompSyscall opnat, read");
        Assert.Single(result.Objects);
        Assert.StartsWith("GetSeccompSyscall,NOT_FOUND", result.SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("openat", result.SingleError().Exception.Message, StringComparison.Ordinal);
        Assert.Empty(session.Invoke("Get-SeccompSyscall nothing*").Succeeded().Objects);
    }

    [Fact]
    public void The_table_fits_the_terminal() =>
        Assert.All(session.Render("Get-SeccompSyscall").Split('\n'), line => Assert.InRange(line.Length, 0, 100));
}
