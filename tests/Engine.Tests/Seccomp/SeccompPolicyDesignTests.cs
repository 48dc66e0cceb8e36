using Sandbox.Hardening;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class SeccompPolicyDesignTests
{
    [Fact]
    public void A_list_of_allowed_calls_refuses_the_rest_and_a_list_of_refused_ones_allows_it()
    {
        var allow = new SeccompPolicyDesign { Allow = ["read", "@sync"], Name = "a", Description = "d" }.Build();
        Assert.Equal(("a", "d", SeccompAction.Errno), (allow.Name, allow.Description, allow.DefaultAction));
        Assert.True(allow.Decide(SeccompCall.Of(SeccompArchitectures.Native, "fsync")).Passes);
        Assert.False(allow.Decide(SeccompCall.Of(SeccompArchitectures.Native, "write")).Passes);
        var deny = new SeccompPolicyDesign { Deny = ["ptrace"] }.Build();
        Assert.False(deny.Decide(SeccompCall.Of(SeccompArchitectures.Native, "ptrace")).Passes);
        Assert.True(deny.Decide(SeccompCall.Of(SeccompArchitectures.Native, "write")).Passes);
    }

    [Fact]
    public void A_change_leaves_no_condition_of_the_base()
    {
        var policy = new SeccompPolicyDesign { BaseName = "strict", Allow = ["socket"], DefaultAction = SeccompAction.KillProcess, Flags = SeccompFilterFlags.Log, Architectures = [SeccompArchitecture.X86_64, SeccompArchitecture.X86] }.Build();
        Assert.True(policy.Decide(SeccompCall.Of(SeccompArchitecture.X86_64, "socket", 40)).Passes);
        Assert.Equal(SeccompAction.KillProcess, policy.Decide(SeccompCall.Of(SeccompArchitecture.X86, "ptrace")).Action);
        Assert.Equal(SeccompFilterFlags.Log, policy.Flags);
    }

    [Fact]
    public void A_profile_brings_what_it_allows_and_refuses()
    {
        var profile = BuiltInProfiles.Strict with { AllowSyscalls = ["ptrace"], DenySyscalls = ["socket"] };
        var policy = new SeccompPolicyDesign { Profile = profile }.Build();
        Assert.True(policy.Decide(SeccompCall.Of(SeccompArchitectures.Native, "ptrace")).Passes);
        Assert.False(policy.Decide(SeccompCall.Of(SeccompArchitectures.Native, "socket", 1)).Passes);
    }

    public static TheoryData<string, SeccompPolicyDesign> Wrong => new()
    {
        { "NewSeccompPolicy,EMPTY", new() },
        { "NewSeccompPolicy,TWO_BASES", new() { BaseName = "strict", Base = BuiltInPolicies.Get("strict") } },
        { "NewSeccompPolicy,NO_CONDITIONS", new() { Base = BuiltInPolicies.Get("strict"), KernelVersion = new(5, 0) } },
        { "NewSeccompPolicy,PROFILE_HAS_NONE", new() { Profile = BuiltInProfiles.Strict with { SeccompPolicy = null } } },
        { "SeccompPolicy,UNKNOWN_POLICY", new() { BaseName = "stict" } },
        { "SeccompPolicy,UNKNOWN_SYSCALL", new() { Allow = ["opnat"] } },
        { "SeccompPolicy,BAD_ERRNO", new() { Allow = ["read"], DefaultAction = SeccompAction.Allow, DefaultErrno = 1 } },
        { "SeccompPolicy,BAD_ERRNO", new() { Allow = ["read"], DefaultErrno = 5000 } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_contradiction_is_an_error(string id, SeccompPolicyDesign design) => Assert.Equal(id, Assert.Throws<SandboxException>(design.Build).ErrorId);
}
