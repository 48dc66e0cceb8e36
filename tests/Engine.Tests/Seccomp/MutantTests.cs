using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class MutantTests
{
    private const int Seed = 20240229;

    [Fact]
    public void Mutants_of_a_real_program_are_told_apart_by_a_witness_that_the_emulator_confirms()
    {
        var policy = BuiltInPolicies.Get("strict").Copy(architectures: [SeccompArchitecture.X86_64]);
        var program = SeccompCompiler.Compile(policy);
        var random = new Random(Seed);
        var mutants = Mutants(program).ToArray();
        random.Shuffle(mutants);
        int apart = 0, same = 0;
        foreach (var mutant in Environment.GetEnvironmentVariable("SANDBOX_SOAK") == "1" ? mutants : mutants.Take(250))
        {
            var differences = SeccompProver.Differences(program, mutant);
            foreach (var (call, expected, actual) in differences)
            {
                Assert.Equal(expected, BpfEmulator.Run(program, call).Decision);
                Assert.Equal(actual, BpfEmulator.Run(mutant, call).Decision);
                Assert.NotEqual(expected, actual);
            }

            if (differences.Count > 0)
            {
                apart++;
                continue;
            }

            // Where the prover says that they are the same, no call may tell them apart.
            same++;
            foreach (var call in Calls(program, random))
            {
                Assert.Equal(BpfEmulator.RunChecked(program, call).Decision, BpfEmulator.RunChecked(mutant, call).Decision);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{apart} mutants told apart, {same} the same");
        Assert.True(apart > 4 * same, $"{apart} mutants told apart, {same} the same");
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

    private static IEnumerable<SeccompCall> Calls(SeccompProgram program, Random random)
    {
        uint[] constants = [.. program.Instructions.Select(instruction => instruction.K)];
        uint Near() => constants[random.Next(constants.Length)] + (uint)random.Next(-1, 2);
        for (int i = 0; i < 2000; i++)
        {
            yield return new(random.Next(10) == 0 ? Near() : 0xC000_003E, Near(), Enumerable.Range(0, 6).Select(_ => Near() | (ulong)random.Next(2) << 32));
        }
    }
}
