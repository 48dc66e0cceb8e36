namespace Sandbox.Cmdlets.Tests.Seccomp;

public sealed class TestSeccompPolicyTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("Test-SeccompPolicy strict socket AF_VSOCK, SOCK_STREAM", false)]
    [InlineData("Test-SeccompPolicy strict socket AF_INET, SOCK_STREAM", true)]
    [InlineData("Test-SeccompPolicy strict socket 0x100000028", false)]
    [InlineData("Test-SeccompPolicy strict ioctl 0, 0x5412", false)]
    [InlineData("Test-SeccompPolicy strict personality -1", true)]
    [InlineData("Test-SeccompPolicy strict clone3 -Action Errno", true)]
    [InlineData("Test-SeccompPolicy strict clone3 -Action KillProcess", false)]
    [InlineData("Test-SeccompPolicy strict clone3 -Decision 'Errno(ENOSYS)'", true)]
    [InlineData("Test-SeccompPolicy strict clone3 -Decision 'errno(38)'", true)]
    [InlineData("Test-SeccompPolicy strict clone3 -Decision 'Errno(EPERM)'", false)]
    [InlineData("Test-SeccompPolicy strict ptrace -Decision 'Errno(EPERM)'", true)]
    [InlineData("Test-SeccompPolicy strict read -Decision Allow", true)]
    [InlineData("Test-SeccompPolicy strict read -Decision Allow -Action Log", false)]
    [InlineData("Test-SeccompPolicy (New-SeccompPolicy read) read -Architecture AArch64", false)]
    [InlineData("Test-SeccompPolicy strict -Prove", true)]
    [InlineData("New-SeccompPolicy read | Test-SeccompPolicy -Prove", true)]
    public void It_answers(string script, bool answer) => Assert.Equal(answer, session.Invoke(script).Single<bool>());

    [Fact]
    public void A_program_that_says_something_else_is_disproven_with_a_witness()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("prove-").FullName, "p.bpf");
        var result = session.Invoke("param($f) New-SeccompPolicy read, ptrace | Export-SeccompPolicy $f; Test-SeccompPolicy (New-SeccompPolicy read) -Prove -Program (Import-SeccompPolicy $f)", file);
        Assert.False(result.Single<bool>());
        Assert.Contains("ptrace", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void Where_the_prover_cannot_decide_that_is_an_error_and_no_answer()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("prove-").FullName, "p.bpf");
        // A = arg0, X = A, A = arg1, A *= X, allowed if 6: whether a product has factors is beyond any proof by bits.
        (ushort Code, byte True, byte False, uint K)[] program = [(0x20, 0, 0, 16), (0x07, 0, 0, 0), (0x20, 0, 0, 24), (0x2c, 0, 0, 0), (0x15, 0, 1, 6), (0x06, 0, 0, 0x7fff_0000), (0x06, 0, 0, 0x0005_0001)];
        File.WriteAllBytes(file, [.. program.SelectMany(i => (byte[])[.. BitConverter.GetBytes(i.Code), i.True, i.False, .. BitConverter.GetBytes(i.K)])]);
        var result = session.Invoke("param($f) Test-SeccompPolicy (New-SeccompPolicy read) -Prove -Program (Import-SeccompPolicy $f)", file);
        var error = result.SingleError();
        Assert.StartsWith("SeccompProver,UNDECIDED", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("can't decide", error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(result.Objects);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void Verbose_tells_the_decision()
    {
        var result = session.Invoke("Test-SeccompPolicy strict clone3 -Verbose");
        Assert.Contains("Errno(ENOSYS)", Assert.Single(result.Verbose), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Test-SeccompPolicy strict opnat", "SeccompCall,UNKNOWN_SYSCALL")]
    [InlineData("Test-SeccompPolicy strict read AF_VSOK", "ParameterArgumentTransformationError")]
    [InlineData("Test-SeccompPolicy strict read -Decision Errno", "ParameterArgumentTransformationError")]
    [InlineData("Test-SeccompPolicy strict read -Decision 'Allow(1)'", "ParameterArgumentTransformationError")]
    [InlineData("Test-SeccompPolicy strict read -Decision 'Errno(4096)'", "ParameterArgumentTransformationError")]
    [InlineData("Test-SeccompPolicy strict read -Decision 'Errno(EPRM)'", "ParameterArgumentTransformationError")]
    [InlineData("Test-SeccompPolicy strict read 1.5", "ParameterArgumentTransformationError")]
    [InlineData("Test-SeccompPolicy strict read 1,2,3,4,5,6,7", "ParameterArgumentValidationError")]
    public void What_is_wrong_is_an_error(string script, string id) => Assert.StartsWith(id, session.Invoke(script).SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);

    [Fact]
    public void Decisions_complete() => Assert.Contains("not implemented", Assert.Single(session.Complete("Test-SeccompPolicy strict clone3 -Decision 'Errno(ENO")).ToolTip, StringComparison.Ordinal);

    [Fact]
    public void Arguments_complete_with_their_values() => Assert.Contains("0x28", Assert.Single(session.Complete("Test-SeccompPolicy strict socket AF_VSO")).ToolTip, StringComparison.Ordinal);
}
