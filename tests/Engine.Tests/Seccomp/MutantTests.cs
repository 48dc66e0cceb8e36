using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class MutantTests
{
    private const string ContainersProfile = "/usr/share/containers/seccomp.json";

    /// <summary>Every mutant is judged twice: by the prover, and by following all paths of both programs.</summary>
    [Theory]
    [InlineData("strict")]
    [InlineData("standard")]
    [InlineData(ContainersProfile)]
    public void Every_mutant_of_a_real_program_that_means_something_else_is_told_apart_by_a_witness(string name)
    {
        Assert.SkipWhen(name == ContainersProfile && !File.Exists(name), "needs the package golang-github-containers-common");
        var policy = name == ContainersProfile
            ? OciReader.Read(File.ReadAllText(name), name, new() { Architecture = SeccompArchitecture.X86_64, Capabilities = SeccompImportContext.DockerDefaultCapabilities })
            : BuiltInPolicies.Get(name);
        var program = SeccompCompiler.Compile(policy.Copy(architectures: [SeccompArchitecture.X86_64]));
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

    [Fact]
    public void The_second_procedure_says_what_all_values_of_a_byte_show()
    {
        // Small enough to try every value: nr below 256, one byte of masks and constants.
        var random = new Random(20240229);
        ushort[] jumps = [0x15, 0x25, 0x35, 0x45];
        uint[] ends = [0x7fff_0000, 0x7fff_0001, 0x0005_0001, 0x0005_0002, 0x8000_0000, 0x1234_0000];
        int different = 0;
        for (int round = 0; round < 400; round++)
        {
            var (first, second) = (Make(), Make());
            var numbers = Enumerable.Range(0, 256).Where(number => BpfEmulator.Run(first, new(0, (uint)number)).Decision != BpfEmulator.Run(second, new(0, (uint)number)).Decision).ToArray();
            var found = new ProgramEquality(first, second).Witness();
            Assert.Equal(numbers.Length > 0, found is not null);
            if (found is not null) Assert.Contains((int)(found.Number & 0xff), numbers);
            different += Math.Sign(numbers.Length);
        }

        Assert.InRange(different, 50, 390);

        SeccompProgram Make()
        {
            var instructions = new List<SockFilter> { new(0x20, 0, 0, 0), new(0x54, 0, 0, 0xff) };
            for (int at = 0; at < 4; at++)
            {
                if (random.Next(4) == 0) instructions.Add(new(0x54, 0, 0, (uint)random.Next(256)));
                instructions.Add(new(jumps[random.Next(4)], (byte)random.Next(2), (byte)random.Next(2), (uint)random.Next(256)));
            }

            instructions.Add(new(0x06, 0, 0, ends[random.Next(2)]));
            instructions.Add(new(0x06, 0, 0, ends[random.Next(ends.Length)]));
            return new(instructions);
        }
    }

    internal static IEnumerable<SeccompProgram> Mutants(SeccompProgram program)
    {
        for (int at = 0; at < program.Count; at++)
        {
            var original = program.Instructions[at];
            var changed = new List<SockFilter>
            {
                original with { K = original.K + 1 }, original with { K = original.K - 1 }, original with { K = original.K ^ 0x8000_0000 }, original with { K = original.K ^ 0x0001_0000 },
                original with { K = original.K + 4 }, original with { K = original.K - 4 }, // of a load, its neighbours
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
