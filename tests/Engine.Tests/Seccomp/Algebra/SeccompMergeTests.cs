using CsCheck;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Algebra;

public class SeccompMergeTests
{
    // Fewer conditions than elsewhere: what masks leave over grows with each of them.
    private static readonly Gen<SeccompPolicy> Policy =
        from fallback in PolicyGenerator.Decision
        from rules in PolicyGenerator.Rule(["read", "socket", "dup", "lseek", "@sync"], PolicyGenerator.Decision,
            from condition in PolicyGenerator.Condition
            from bits in Gen.ULong[0, 0x1_0000_0001]
            select condition.Operator == SeccompOperator.MaskedEqual ? new SeccompCondition(condition.Index % 2, condition.Operator, bits & 0x1_8000_0003, condition.ValueTwo & 0x1_8000_0003) : new(condition.Index % 2, condition.Operator, condition.Value)).Array[0, 3]
        select new SeccompPolicy("random", fallback.Action, rules.Select(rule => new SeccompRule(rule.Names, rule.Action, rule.Errno == 0 ? null : rule.Errno, rule.Conditions.Take(2))),
            fallback.Errno == 0 ? null : fallback.Errno, [SeccompArchitecture.X86_64]);

    [Theory]
    [InlineData(SeccompMergeMode.Union)]
    [InlineData(SeccompMergeMode.Intersection)]
    public void Every_call_takes_the_mildest_or_the_harshest_decision(SeccompMergeMode mode)
    {
        Gen.Select(Policy, Policy).Sample((first, second) =>
        {
            var merged = SeccompMerge.Merge([first, second], mode);
            Gen.OneOf(PolicyGenerator.Call(first), PolicyGenerator.Call(second)).Array[100].Sample(calls =>
            {
                foreach (var call in calls)
                {
                    var (one, two) = (first.Decide(call), second.Decide(call));
                    bool takesOne = one.Action == two.Action || (mode == SeccompMergeMode.Union ? one.Action < two.Action : one.Action > two.Action);
                    Assert.Equal(takesOne ? one : two, merged.Decide(call));
                }
            }, iter: 1, threads: 1);
        }, iter: 150, threads: 1);
    }

    [Fact]
    public void What_one_side_settles_gets_no_conditions_of_the_other()
    {
        var files = new SeccompPolicy("files", SeccompAction.Errno, [new(["read", "openat"], SeccompAction.Allow)]);
        var sockets = new SeccompPolicy("sockets", SeccompAction.Errno, [new(["read", "socket"], SeccompAction.Allow, null, [new(0, SeccompOperator.Equal, 1)])]);
        var union = SeccompMerge.Merge([files, sockets], SeccompMergeMode.Union);
        Assert.Equal(["read openat: Allow", "socket: Allow if arg0 == 0x1"], union.Rules.Select(rule => rule.ToString()));
        var intersection = SeccompMerge.Merge([files, sockets], SeccompMergeMode.Intersection);
        Assert.Equal(["read: Allow if arg0 == 0x1"], intersection.Rules.Select(rule => rule.ToString()));
        Assert.Equal("files or sockets", union.Name);
    }

    [Fact]
    public void Architectures_that_no_list_of_rules_can_hold_are_an_error()
    {
        var one = new SeccompPolicy("one", SeccompAction.Errno, [new(["read"], SeccompAction.Allow)], null, [SeccompArchitecture.X86_64]);
        var two = one.Copy(name: "two", architectures: [SeccompArchitecture.X86_64, SeccompArchitecture.X86]);
        Assert.Equal("MergeSeccompPolicy,ARCHITECTURES", Assert.Throws<SandboxException>(() => SeccompMerge.Merge([one, two], SeccompMergeMode.Union)).ErrorId);
        Assert.Equal([SeccompArchitecture.X86_64], SeccompMerge.Merge([one, two], SeccompMergeMode.Intersection).Architectures);
    }
}
