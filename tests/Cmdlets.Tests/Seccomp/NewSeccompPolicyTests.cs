using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Tests.Seccomp;

public sealed class NewSeccompPolicyTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_makes_a_policy_of_calls_sets_and_a_base()
    {
        var policy = session.Invoke("New-SeccompPolicy '@sync', read -Name a -DefaultAction KillProcess -Architecture X86_64, X86 -Flag Log").Single<SeccompPolicy>();
        Assert.Equal(("a", SeccompAction.KillProcess, SeccompFilterFlags.Log), (policy.Name, policy.DefaultAction, policy.Flags));
        Assert.Equal([SeccompArchitecture.X86_64, SeccompArchitecture.X86], policy.Architectures);
        Assert.True(policy.Decide(SeccompCall.Of(SeccompArchitecture.X86, "fsync")).Passes);
        var changed = session.Invoke("New-SeccompPolicy -Policy (New-SeccompPolicy read, write) -DenySyscall write -DefaultErrno 38").Single<SeccompPolicy>();
        Assert.Equal(38, changed.Decide(SeccompCall.Of(SeccompArchitectures.Native, "getpid")).Errno);
        Assert.Equal(1, changed.Decide(SeccompCall.Of(SeccompArchitectures.Native, "write")).Errno);
        Assert.Equal("strict", session.Invoke("New-SeccompPolicy -Profile Strict").Single<SeccompPolicy>().Name);
    }

    [Fact]
    public void A_file_is_resolved_for_capabilities_architecture_and_kernel()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("new-policy-").FullName, "docker.json");
        File.WriteAllText(file, """{ "defaultAction": "SCMP_ACT_ERRNO", "syscalls": [ { "names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": { "minKernel": "4.8" } }, { "names": ["bpf"], "action": "SCMP_ACT_ALLOW", "includes": { "caps": ["CAP_BPF"] } }, { "names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": { "arches": ["arm64"] } } ] }""");
        string[] Names(string arguments) => [.. session.Invoke($"param($f) New-SeccompPolicy -Policy $f {arguments}", file).Single<SeccompPolicy>().Rules.SelectMany(rule => rule.Names)];
        Assert.Equal(["ptrace"], Names("-Capability CAP_KILL -KernelVersion 4.8 -Architecture X86_64"));
        Assert.Equal(["bpf", "read"], Names("-Capability bpf -KernelVersion 4.7 -Architecture AArch64"));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Theory]
    [InlineData("New-SeccompPolicy", "NewSeccompPolicy,EMPTY,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy opnat", "SeccompPolicy,UNKNOWN_SYSCALL,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy '@fil-system'", "SeccompPolicy,UNKNOWN_SET,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy -Policy 5", "NewSeccompPolicy,BAD_BASE,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy -Policy ./absent.json", "SeccompFile,ENOENT,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy read -Capability CAP_KIL", "Capability,UNKNOWN_NAME,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy read -KernelVersion 5.1", "NewSeccompPolicy,NO_CONDITIONS,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    public void What_is_wrong_is_an_error_and_no_policy(string script, string id)
    {
        var result = session.Invoke(script);
        Assert.Empty(result.Objects);
        Assert.Equal(id, result.SingleError().FullyQualifiedErrorId);
    }

    [Theory]
    [InlineData("New-SeccompPolicy 'openat2", "openat2(2)")]
    [InlineData("New-SeccompPolicy '@file-s", "Create, change")]
    [InlineData("New-SeccompPolicy -Policy stri", "Allows what")]
    [InlineData("New-SeccompPolicy read -Capability CAP_SYS_ADM", "capabilities(7)")]
    public void It_completes_with_tooltips(string text, string tooltip) => Assert.Contains(tooltip, Assert.Single(session.Complete(text)).ToolTip, StringComparison.Ordinal);

    [Fact]
    public void A_table_fits_the_terminal()
    {
        string text = session.Render("New-SeccompPolicy -Policy strict -Architecture X86_64, X86, X32");
        Assert.Matches(@"Name +Default +Rules +Architectures +Description", text);
        Assert.Matches(@"strict +Errno\(EPERM\) +[0-9]+ +X86_64, X86, X32 +Allows", text);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 100));
    }
}
