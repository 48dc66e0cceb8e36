using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Tests.Seccomp;

public sealed class MergeSeccompPolicyTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("Union", true, true, true)]
    [InlineData("Intersection", true, false, false)]
    public void It_merges(string mode, bool read, bool write, bool dup)
    {
        var policy = session.Invoke($"(New-SeccompPolicy read, write), (New-SeccompPolicy read, dup) | Merge-SeccompPolicy -Mode {mode} -Name m").Single<SeccompPolicy>();
        Assert.Equal("m", policy.Name);
        Assert.Equal((read, write, dup), (Passes("read"), Passes("write"), Passes("dup")));
        bool Passes(string name) => policy.Decide(SeccompCall.Of(SeccompArchitectures.Native, name)).Passes;
    }

    [Fact]
    public void Names_of_policies_bind_too() => Assert.Equal("strict and standard", session.Invoke("Merge-SeccompPolicy strict, standard -Mode Intersection").Single<SeccompPolicy>().Name);

    [Fact]
    public void Different_architectures_are_an_error()
    {
        var error = session.Invoke("Merge-SeccompPolicy (New-SeccompPolicy read -Architecture X86_64), (New-SeccompPolicy read -Architecture X86)").SingleError();
        Assert.Equal("MergeSeccompPolicy,ARCHITECTURES,Sandbox.Cmdlets.MergeSeccompPolicyCommand", error.FullyQualifiedErrorId);
    }
}
