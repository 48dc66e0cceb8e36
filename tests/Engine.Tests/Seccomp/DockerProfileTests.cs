using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

/// <summary>The default profile of containers-common, as the Debian package golang-github-containers-common brings it.</summary>
public class DockerProfileTests
{
    private const string Profile = "/usr/share/containers/seccomp.json";

    [Fact]
    public void Its_rules_are_those_of_the_capabilities()
    {
        Assert.SkipUnless(File.Exists(Profile), $"needs {Profile}");
        SeccompPolicy Read(params string[] capabilities) => OciReader.Read(File.ReadAllText(Profile), Profile, new() { Architecture = SeccompArchitecture.X86_64, Capabilities = capabilities, KernelVersion = new(6, 1) });
        var bpf = SeccompCall.Of(SeccompArchitecture.X86_64, "bpf");
        Assert.False(Read().Decide(bpf).Passes);
        Assert.True(Read("CAP_SYS_ADMIN").Decide(bpf).Passes);
    }
}
