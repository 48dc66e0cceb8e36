using CsCheck;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class CompilerPropertyTests
{
    [Fact]
    public void A_compiled_program_decides_as_the_policy_for_calls_near_its_values() =>
        (from policy in PolicyGenerator.Policy
         from calls in PolicyGenerator.Call(policy).Array[40]
         select (policy, calls)).Sample(sample =>
        {
            var program = SeccompCompiler.Compile(sample.policy);
            foreach (var call in sample.calls)
            {
                var expected = sample.policy.Decide(call.AuditArchitecture, call.Number, [.. call.Arguments]);
                var actual = BpfEmulator.Run(program, call).Decision;
                Assert.True(expected == actual, $"{call}: {expected}, but {actual}\n{sample.policy.ToText()}\n{BpfDisassembler.Disassemble(program)}");
            }
        }, iter: 1000, threads: 1);

    [Fact]
    public void A_compiled_program_is_proven_to_be_the_policy() =>
        PolicyGenerator.Policy.Sample(policy =>
        {
            var differences = SeccompProver.Differences(policy, SeccompCompiler.Compile(policy));
            Assert.True(differences.Count == 0, string.Join('\n', differences) + '\n' + policy.ToText());
        }, iter: 150, threads: 1);

    [Fact]
    public void The_prover_finds_a_difference_exactly_where_calls_differ() =>
        (from policy in PolicyGenerator.Policy
         from other in PolicyGenerator.Policy
         from calls in PolicyGenerator.Call(policy).Array[40]
         select (policy, other, calls)).Sample(sample =>
        {
            var other = sample.other.Copy(architectures: sample.policy.Architectures);
            var differences = SeccompProver.Differences(sample.policy, SeccompCompiler.Compile(other));
            foreach (var (call, expected, actual) in differences)
            {
                Assert.Equal(expected, sample.policy.Decide(call.AuditArchitecture, call.Number, [.. call.Arguments]));
                Assert.Equal(actual, other.Decide(call.AuditArchitecture, call.Number, [.. call.Arguments]));
                Assert.NotEqual(expected, actual);
            }

            foreach (var call in sample.calls)
            {
                var first = sample.policy.Decide(call.AuditArchitecture, call.Number, [.. call.Arguments]);
                var second = other.Decide(call.AuditArchitecture, call.Number, [.. call.Arguments]);
                if (first != second) Assert.Contains(differences, difference => difference.Expected == first && difference.Actual == second);
            }
        }, iter: 60, threads: 1);

    [Fact]
    public void Every_call_that_is_allowed_whatever_its_arguments_is_in_the_kernels_cache()
    {
        foreach (string name in BuiltInPolicies.Names)
        {
            var policy = BuiltInPolicies.Get(name);
            var program = SeccompCompiler.Compile(policy);
            foreach (var entry in SyscallTable.For(SeccompArchitectures.Native).Entries)
            {
                var rules = policy.RulesOf(SeccompArchitectures.Native, entry.Number);
                bool constant = rules.Count == 0 ? policy.DefaultAction == SeccompAction.Allow : rules.All(rule => rule.Action == SeccompAction.Allow) && rules.Any(rule => rule.Conditions.Count == 0);
                Assert.True(constant == ConstantAllow.IsCached(program, SeccompArchitectures.Native, entry.Number), $"{name}: {entry.Name} constant={constant}");
            }
        }
    }
}
