using CsCheck;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Analysis;

public class SeccompComparisonTests
{
    [Fact]
    public void Lists_every_call_that_two_policies_decide_differently_and_no_other()
    {
        Gen.Select(PolicyGenerator.Policy, PolicyGenerator.Policy).Sample((first, second) =>
        {
            var differences = SeccompComparison.Compare(first, second);
            foreach (var each in differences)
            {
                Assert.Equal(each.Reference, first.Decide(each.Call));
                Assert.Equal(each.Difference, second.Decide(each.Call));
                Assert.NotEqual(each.Reference, each.Difference);
            }

            Gen.OneOf(PolicyGenerator.Call(first), PolicyGenerator.Call(second)).Array[50].Sample(calls =>
            {
                foreach (var call in calls)
                {
                    var (one, two) = (first.Decide(call), second.Decide(call));
                    var listed = differences.Where(each => each.Architecture == call.Architecture && (each.Syscall == "(all)" || each.Syscall == (call.Name ?? "(unnamed)"))).ToArray();
                    if (one != two) Assert.Contains(listed, each => each.Reference == one && each.Difference == two);
                    else Assert.DoesNotContain(listed, each => each.EveryArgument);
                }
            }, iter: 1, threads: 1);
        }, iter: 40, threads: 1);
    }

    [Fact]
    public void Order_sets_and_rules_without_effect_make_no_difference()
    {
        var first = new SeccompPolicy("a", SeccompAction.Errno, [new(["@sync"], SeccompAction.Allow), new(["read"], SeccompAction.Allow)]);
        var second = new SeccompPolicy("b", SeccompAction.Errno, [new(["read"], SeccompAction.Allow), new(["read"], SeccompAction.Allow, null, [new(0, SeccompOperator.Equal, 3)]), new(SeccompSets.Get("@sync").Syscalls, SeccompAction.Allow)]);
        Assert.Empty(SeccompComparison.Compare(first, second));
    }

    [Fact]
    public void A_program_that_says_less_is_told_apart_call_by_call()
    {
        var policy = new SeccompPolicy("p", SeccompAction.Errno, [new(["read", "write"], SeccompAction.Allow), new(["dup"], SeccompAction.Allow, null, [new(0, SeccompOperator.Equal, 1)])], null, [SeccompArchitecture.X86_64]);
        var program = SeccompCompiler.Compile(policy.Copy(rules: policy.Rules.Take(1)).Deny(["write"]));
        var differences = SeccompComparison.Compare(policy, program);
        Assert.Equal([("dup", false), ("write", true)], differences.Select(each => (each.Syscall, each.EveryArgument)));
        Assert.Equal(1ul, differences[0].Call.Arguments[0]);
        Assert.All(differences, each => Assert.Equal(each.Difference, BpfEmulator.Run(program, each.Call).Decision));
    }
}
