using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class SeccompPolicyTests
{
    [Fact]
    public void Equal_content_is_equal_and_any_change_is_not()
    {
        static SeccompPolicy Make(ulong value = 1, int errno = 13) => new("p", SeccompAction.Errno,
            [new(["read", "write"], SeccompAction.Allow), new(["socket"], SeccompAction.Errno, errno, [new(0, SeccompOperator.Equal, value)])], 1, [SeccompArchitecture.X86_64]);
        Assert.Equal(Make(), Make());
        Assert.Equal(Make().GetHashCode(), Make().GetHashCode());
        Assert.NotEqual(Make(), Make(value: 2));
        Assert.NotEqual(Make(), Make(errno: 1));
        Assert.NotEqual(Make(), Make().Copy(architectures: [SeccompArchitecture.X86]));
        Assert.Equal("socket: Errno(EACCES) if arg0 == 0x1", Make().Rules[1].ToString());
    }

    [Fact]
    public void Allow_opens_calls_whatever_their_arguments_and_Deny_closes_them()
    {
        var strict = BuiltInPolicies.Get("strict").Copy(architectures: [SeccompArchitecture.X86_64]);
        var opened = strict.Allow(["clone3", "@mount", "ioctl"]);
        Assert.Equal(SeccompAction.Allow, Decide(opened, "clone3").Action);
        Assert.Equal(SeccompAction.Allow, Decide(opened, "mount").Action);
        Assert.Equal(SeccompAction.Allow, Decide(opened, "ioctl", 0, 0x5412).Action);
        Assert.Equal(Decide(strict, "read"), Decide(opened, "read"));
        var closed = strict.Deny(["@network", "read"]);
        Assert.Equal(new(SeccompAction.Errno, 1), Decide(closed, "socket", 1));
        Assert.Equal(new(SeccompAction.Errno, 1), Decide(closed, "read"));
        Assert.Equal(SeccompAction.Allow, Decide(closed, "write").Action);
        // Only what was named changes.
        var differences = SeccompProver.Differences(strict, closed);
        Assert.NotEmpty(differences);
        Assert.All(differences, difference => Assert.Contains(difference.Call.Name, SeccompSets.Expand(["@network", "read"])));
    }

    [Theory]
    [InlineData("opennat", "openat")]
    [InlineData("@file-sytem", "@file-system")]
    public void An_unknown_name_is_an_error_that_suggests_the_nearest(string name, string nearest)
    {
        var error = Assert.Throws<SandboxException>(() => BuiltInPolicies.Get("strict").Allow([name]));
        Assert.Contains($"'{nearest}'", error.Message, StringComparison.Ordinal);
        Assert.Equal(SandboxErrorKind.ObjectNotFound, error.Kind);
    }

    [Fact]
    public void An_observation_notifies_every_refusal_but_a_fixed_ENOSYS()
    {
        foreach (string name in BuiltInPolicies.Names)
        {
            var policy = BuiltInPolicies.Get(name).Copy(architectures: [SeccompArchitecture.X86_64]);
            var observed = policy.ForObservation();
            Assert.Equal(new(SeccompAction.Errno, 38), Decide(observed, "clone3"));
            Assert.Equal(SeccompAction.Notify, Decide(observed, "ptrace").Action);
            Assert.Equal(SeccompAction.Notify, Decide(observed, "ioctl", 0, 0x5412).Action);
            Assert.Equal(SeccompAction.Allow, Decide(observed, "read").Action);
            Assert.Equal(new(SeccompAction.Errno, 1), Decide(policy, "ptrace"));
            // Nothing that was allowed is notified and nothing that was refused is allowed; a call of another architecture is notified.
            var differences = SeccompProver.Differences(policy, SeccompCompiler.CompileForObservation(policy));
            Assert.Contains(differences, difference => difference.Expected.Action == SeccompAction.KillProcess);
            Assert.All(differences, difference =>
            {
                Assert.True(difference.Expected.Refuses);
                Assert.Equal(SeccompAction.Notify, difference.Actual.Action);
            });
        }
    }

    [Fact]
    public void A_fixed_ENOSYS_does_not_win_over_a_kill_or_an_earlier_errno()
    {
        SeccompRule[] rules =
        [
            new(["clone3"], SeccompAction.Errno, 38), new(["openat2"], SeccompAction.Errno, 38), new(["openat2"], SeccompAction.KillProcess, null, [new(0, SeccompOperator.Equal, 7)]),
            new(["mount"], SeccompAction.Errno, 1), new(["mount"], SeccompAction.Errno, 38),
        ];
        var policy = new SeccompPolicy("p", SeccompAction.Allow, rules, architectures: [SeccompArchitecture.X86_64]);
        var program = SeccompCompiler.CompileForObservation(policy);
        SeccompDecision Run(string name, ulong argument) => BpfEmulator.Run(program, new(0xC000_003E, SyscallTable.For(SeccompArchitecture.X86_64).Find(name)!.Number, [argument])).Decision;
        Assert.Equal(new(SeccompAction.Errno, 38), Run("clone3", 0));
        Assert.Equal(SeccompAction.Notify, Run("openat2", 7).Action); // the supervisor kills
        Assert.Equal(SeccompAction.Notify, Run("openat2", 0).Action); // and answers ENOSYS
        Assert.Equal(SeccompAction.Notify, Run("mount", 0).Action);
        Assert.Equal(new(SeccompAction.Errno, 1), Decide(policy, "mount"));
    }

    [Fact]
    public void What_a_rule_can_not_have_is_an_error()
    {
        Assert.Equal("SeccompPolicy,BAD_ERRNO", Assert.Throws<SandboxException>(() => new SeccompRule(["read"], SeccompAction.Errno, 4096)).ErrorId);
        Assert.Equal("SeccompPolicy,BAD_ERRNO", Assert.Throws<SandboxException>(() => new SeccompRule(["read"], SeccompAction.Allow, 1)).ErrorId);
        Assert.Equal("SeccompPolicy,EMPTY_NAME", Assert.Throws<SandboxException>(() => new SeccompRule([], SeccompAction.Allow)).ErrorId);
        Assert.Equal("SeccompPolicy,BAD_ARGUMENT_INDEX", Assert.Throws<SandboxException>(() => new SeccompCondition(6, SeccompOperator.Equal, 0)).ErrorId);
    }

    private static SeccompDecision Decide(SeccompPolicy policy, string name, params ulong[] arguments) =>
        policy.Decide(SeccompArchitecture.X86_64, SyscallTable.For(SeccompArchitecture.X86_64).Find(name)!.Number, arguments);
}
