using Sandbox.Seccomp;

namespace Sandbox.Bench.Seccomp;

/// <summary>A policy that is measured: getppid is allowed whatever its arguments, kcmp refused, personality checked.</summary>
internal sealed record PolicyCase(string Name, SeccompPolicy Policy)
{
    // Harmless without a filter too: kcmp finds no process -1, personality(0xffffffff) only asks.
    public static readonly SeccompCall[] Calls =
    [
        SeccompCall.Of(SeccompArchitecture.X86_64, "getppid"),
        SeccompCall.Of(SeccompArchitecture.X86_64, "kcmp", ulong.MaxValue, ulong.MaxValue),
        SeccompCall.Of(SeccompArchitecture.X86_64, "personality", 0xffff_ffff),
    ];

    /// <summary>The decision of each of the calls.</summary>
    public SeccompDecision[] Decisions => [.. Calls.Select(call => Policy.Decide(call))];

    /// <summary>A profile of a file, for Docker's default capabilities: as its architecture map says, and for x86-64 alone.</summary>
    public static PolicyCase[] OfProfile(string name, string path)
    {
        var context = new SeccompImportContext { Architecture = SeccompArchitecture.X86_64, Capabilities = SeccompImportContext.DockerDefaultCapabilities };
        var policy = (SeccompPolicy)SeccompFile.Read(path, SeccompFormat.Oci, context).Single();
        return [new(name, policy.Copy(architectures: [SeccompArchitecture.X86_64])), new(name + ", with x86 and x32", policy.Copy(architectures: [SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32]))];
    }
}
