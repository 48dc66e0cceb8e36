using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

/// <summary>The default profile of containers-common, as the Debian package golang-github-containers-common brings it.</summary>
public class DockerProfileTests
{
    private const string Profile = "/usr/share/containers/seccomp.json";

    [Fact]
    public void It_compiles_small_is_proven_and_keeps_constant_allows_constant()
    {
        Assert.SkipUnless(File.Exists(Profile), $"needs {Profile}");
        var policy = OciReader.Read(File.ReadAllText(Profile), Profile, new() { Architecture = SeccompArchitecture.X86_64, Capabilities = SeccompImportContext.DockerDefaultCapabilities, KernelVersion = new(6, 1) });
        Assert.Equal([SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32], policy.Architectures);
        foreach (var (each, most) in new[] { (policy.Copy(architectures: [SeccompArchitecture.X86_64]), 100), (policy, 260) })
        {
            var program = SeccompCompiler.Compile(each);
            Assert.InRange(program.Count, 1, most);
            Assert.Empty(SeccompProver.Differences(each, program));
            // Lint looks for calls that are always allowed, and not by nr and arch alone.
            Assert.Empty(SeccompLint.Check(program, each));
            Assert.True(ConstantAllow.Count(program, SeccompArchitecture.X86_64) > 250);
        }
    }

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
