using CsCheck;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

/// <summary>Rules that are for some of a policy's architectures only.</summary>
public class ScopedRuleTests
{
    private static readonly Gen<SeccompPolicy> Policy =
        from policy in PolicyGenerator.Policy
        from masks in Gen.OneOf(Gen.Const(0), Gen.Int[0, 15]).Array[12]
        select policy.Copy(rules: policy.Rules.Select((rule, at) => Scoped(rule, policy.Architectures, masks[at])));

    private static SeccompRule Scoped(SeccompRule rule, IReadOnlyList<SeccompArchitecture> listed, int mask) => new(rule.Names, rule.Action,
        rule.Action is SeccompAction.Errno or SeccompAction.Trace ? rule.Errno : null, rule.Conditions, listed.Where((_, index) => (mask >> index & 1) != 0));

    [Fact]
    public void They_mean_what_the_rules_of_one_architecture_alone_mean() =>
        (from policy in Policy from calls in PolicyGenerator.Call(policy).Array[40] select (policy, calls)).Sample(sample =>
        {
            foreach (var call in sample.calls)
            {
                // The oracle has no scopes: the rules are chosen by hand for the call's architecture.
                var expected = call.Architecture is { } architecture && sample.policy.Architectures.Contains(architecture)
                    ? new SeccompPolicy("one", sample.policy.DefaultAction,
                        sample.policy.Rules.Where(rule => rule.Architectures.Count == 0 || rule.Architectures.Contains(architecture)).Select(rule => Scoped(rule, [], 0)),
                        sample.policy.DefaultAction is SeccompAction.Errno or SeccompAction.Trace ? sample.policy.DefaultErrno : null, [architecture]).Decide(call)
                    : new SeccompDecision(SeccompAction.KillProcess);
                Assert.True(expected == sample.policy.Decide(call), $"{call}: {expected}\n{sample.policy.ToText()}");
                Assert.Equal(expected, BpfEmulator.Run(SeccompCompiler.Compile(sample.policy), call).Decision);
            }
        }, iter: 300, threads: 1);

    [Fact]
    public void A_compiled_program_is_proven_to_be_the_policy() =>
        Policy.Sample(policy => Assert.Empty(SeccompProver.Differences(policy, SeccompCompiler.Compile(policy))), iter: 100, threads: 1);

    [Fact]
    public void What_is_made_of_a_policy_keeps_them() =>
        (from policy in Policy where !policy.Rules.Any(rule => rule.Decision == new SeccompDecision(SeccompAction.Errno, 38)) from calls in PolicyGenerator.Call(policy).Array[20] select (policy, calls)).Sample(sample =>
        {
            var (observed, denied) = (sample.policy.ForObservation(), sample.policy.Deny(["socket", "@sync"]));
            foreach (var call in sample.calls)
            {
                var decision = sample.policy.Decide(call);
                // A call of an architecture that isn't listed is killed by the filter itself.
                if (call.Architecture is { } architecture && sample.policy.Architectures.Contains(architecture))
                    Assert.Equal(SeccompPolicy.IsEvent(decision) ? SeccompAction.Notify : decision.Action, observed.Decide(call).Action);
                if (!SeccompSets.Expand(["socket", "@sync"]).Contains(call.Name)) Assert.Equal(decision, denied.Decide(call));
            }
        }, iter: 200, threads: 1);

    [Fact]
    public void They_are_part_of_equality_and_of_the_text()
    {
        static SeccompRule Rule(params SeccompArchitecture[] scope) => new(["read"], SeccompAction.Allow, architectures: scope);
        Assert.Equal(Rule(SeccompArchitecture.X86, SeccompArchitecture.X86_64), Rule(SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X86));
        Assert.NotEqual(Rule(SeccompArchitecture.X86), Rule());
        Assert.Equal("read: Allow on x86_64, x86", Rule(SeccompArchitecture.X86, SeccompArchitecture.X86_64).ToString());
    }

    [Theory]
    [InlineData(SeccompFormat.Oci)]
    [InlineData(SeccompFormat.Kubernetes)]
    [InlineData(SeccompFormat.Systemd)]
    [InlineData(SeccompFormat.Minijail)]
    public void A_text_has_no_scopes_and_what_is_lost_is_refused_rather_than_allowed(SeccompFormat format)
    {
        var policy = new SeccompPolicy("scoped", SeccompAction.Errno,
        [
            new(["read"], SeccompAction.Allow),
            new(["write", "getpid"], SeccompAction.Allow, architectures: [SeccompArchitecture.X86]),
            new(["close"], SeccompAction.Allow, architectures: [SeccompArchitecture.X86_64]),
            new(["read"], SeccompAction.Errno, 13, architectures: [SeccompArchitecture.X86]),
        ], architectures: [SeccompArchitecture.X86_64, SeccompArchitecture.X86]);
        var error = Assert.Throws<SandboxException>(() => SeccompFormats.Write(policy, format));
        Assert.Equal("SeccompFormat,LOSSY", error.ErrorId);
        Assert.Contains("x86_64", error.Message, StringComparison.Ordinal);
        var read = (SeccompPolicy)SeccompFormats.Read(SeccompFormats.Write(policy, format, allowLossy: true), format, "text", new() { Architecture = SeccompArchitecture.X86_64 })[0];
        Assert.True(read.Decide(SeccompArchitecture.X86_64, 0).Passes); // read
        Assert.True(read.Decide(SeccompArchitecture.X86_64, 3).Passes); // close
        Assert.DoesNotContain(SeccompComparison.Compare(policy, read), each => !each.Reference.Passes && each.Difference.Passes);
    }

    [Fact]
    public void Scopes_that_change_nothing_are_no_loss()
    {
        var policy = new SeccompPolicy("whole", SeccompAction.Errno, [new(["read"], SeccompAction.Allow, architectures: [SeccompArchitecture.X86_64])], architectures: [SeccompArchitecture.X86_64]);
        Assert.Empty(SeccompFormats.Losses(policy, SeccompFormat.Oci));
        Assert.Empty(SeccompComparison.Compare(policy, OciReader.Read(SeccompFormats.Write(policy, SeccompFormat.Oci), "text")));
    }

    [Fact]
    public void Lint_looks_at_a_rule_only_where_it_holds()
    {
        // On x86_64 argument 1 of ioctl is 32 bits wide, and so it is everywhere; lseek's offset is 64 bits there and 32 on x86.
        SeccompPolicy With(SeccompArchitecture scope) => new("lint", SeccompAction.Errno,
            [new(["lseek"], SeccompAction.Allow, null, [new(1, SeccompOperator.Equal, 1ul << 32)], [scope])], architectures: [SeccompArchitecture.X86_64, SeccompArchitecture.X86]);
        Assert.DoesNotContain(SeccompLint.Check(With(SeccompArchitecture.X86_64)), finding => finding.RuleId == "argument-width");
        Assert.Contains(SeccompLint.Check(With(SeccompArchitecture.X86)), finding => finding.RuleId == "argument-width");
    }
}
