using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class MutantTests
{
    /// <summary>Every mutant is judged twice: by the prover, and by following all paths of both programs.</summary>
    [Theory]
    [InlineData("strict")]
    [InlineData("standard")]
    public void Every_mutant_of_a_real_program_that_means_something_else_is_told_apart_by_a_witness(string name)
    {
        var program = SeccompCompiler.Compile(BuiltInPolicies.Get(name).Copy(architectures: [SeccompArchitecture.X86_64]));
        int different = 0, apart = 0, same = 0;
        foreach (var mutant in Mutants(program))
        {
            var differences = SeccompProver.Differences(program, mutant);
            foreach (var (call, expected, actual) in differences)
            {
                Assert.Equal(expected, BpfEmulator.Run(program, call).Decision);
                Assert.Equal(actual, BpfEmulator.Run(mutant, call).Decision);
                Assert.NotEqual(expected, actual);
            }

            if (new ProgramEquality(program, mutant).Witness() is not { } witness)
            {
                Assert.Empty(differences);
                same++;
                continue;
            }

            Assert.NotEqual(BpfEmulator.RunChecked(program, witness).Decision, BpfEmulator.RunChecked(mutant, witness).Decision);
            different++;
            if (differences.Count > 0) apart++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{different} mutants mean something else, {apart} of them told apart; {same} mean the same");
        Assert.True(different > 500, $"{different} mutants mean something else");
        Assert.Equal(different, apart);
    }

    internal static IEnumerable<SeccompProgram> Mutants(SeccompProgram program)
    {
        for (int at = 0; at < program.Count; at++)
        {
            var original = program.Instructions[at];
            var changed = new List<SockFilter>
            {
                original with { K = original.K + 1 }, original with { K = original.K - 1 }, original with { K = original.K ^ 0x8000_0000 }, original with { K = original.K ^ 0x0001_0000 },
            };
            if ((original.Code & 7) == 5)
            {
                changed.Add(original with { JumpTrue = original.JumpFalse, JumpFalse = original.JumpTrue });
                changed.Add(original with { JumpTrue = (byte)(original.JumpTrue + 1) });
                changed.Add(original with { JumpFalse = (byte)(original.JumpFalse + 1) });
                changed.AddRange(new ushort[] { 0x15, 0x25, 0x35, 0x45 }.Where(code => code != original.Code).Select(code => original with { Code = code }));
            }

            foreach (var instruction in changed)
            {
                var mutant = new SeccompProgram(program.Instructions.Select((old, index) => index == at ? instruction : old));
                if (IsValid(mutant)) yield return mutant;
            }
        }
    }

    private static bool IsValid(SeccompProgram program)
    {
        try
        {
            BpfVerifier.Check(program);
            return true;
        }
        catch (SandboxException)
        {
            return false;
        }
    }
}
