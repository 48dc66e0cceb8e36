using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class CompilerTests
{
    private const uint X86_64 = 0xC000_003E, I386 = 0x4000_0003, AArch64 = 0xC000_00B7;

    [Fact]
    public void Unknown_architectures_and_the_32_bit_entry_are_killed()
    {
        var program = SeccompCompiler.Compile(new("open", SeccompAction.Allow, [], architectures: [SeccompArchitecture.X86_64]));
        Assert.Equal(SeccompAction.Allow, Decide(program, X86_64, 0));
        Assert.Equal(SeccompAction.KillProcess, Decide(program, I386, 0));
        Assert.Equal(SeccompAction.KillProcess, Decide(program, AArch64, 0));
        Assert.Equal(SeccompAction.KillProcess, Decide(program, 0, 0));
    }

    [Fact]
    public void The_x32_range_is_refused_even_where_everything_is_allowed()
    {
        var program = SeccompCompiler.Compile(new("open", SeccompAction.Allow, [], architectures: [SeccompArchitecture.X86_64]));
        Assert.Equal(SeccompAction.Allow, Decide(program, X86_64, 0x3fff_ffff));
        Assert.Equal(SeccompAction.KillProcess, Decide(program, X86_64, 0x4000_0000));
        Assert.Equal(SeccompAction.KillProcess, Decide(program, X86_64, 0xffff_fffe));
        Assert.Equal(SeccompAction.Allow, Decide(program, X86_64, 0xffff_ffff)); // -1, which the kernel answers with ENOSYS
        var both = SeccompCompiler.Compile(new("both", SeccompAction.Errno, [new(["read"], SeccompAction.Allow)], architectures: [SeccompArchitecture.X86_64, SeccompArchitecture.X32]));
        Assert.Equal(SeccompAction.Allow, Decide(both, X86_64, 0x4000_0000));
        Assert.Equal(SeccompAction.Errno, Decide(both, X86_64, 0x4000_0001));
    }

    [Fact]
    public void An_int_parameter_is_compared_on_its_low_half_and_a_long_one_whole()
    {
        var policy = new SeccompPolicy("widths", SeccompAction.Allow,
        [
            new(["ioctl"], SeccompAction.Errno, 1, [new(1, SeccompOperator.Equal, 0x5412)]),
            new(["mmap"], SeccompAction.Errno, 1, [new(1, SeccompOperator.Equal, 0x5412)]),
            new(["socket"], SeccompAction.Errno, 1, [new(0, SeccompOperator.Equal, ulong.MaxValue)]),
        ], architectures: [SeccompArchitecture.X86_64]);
        var program = SeccompCompiler.Compile(policy);
        Assert.Equal(SeccompAction.Errno, Decide(program, X86_64, 16, 0, 0x5412));
        Assert.Equal(SeccompAction.Errno, Decide(program, X86_64, 16, 0, 0x1_0000_5412));
        Assert.Equal(SeccompAction.Errno, Decide(program, X86_64, 9, 0, 0x5412));
        Assert.Equal(SeccompAction.Allow, Decide(program, X86_64, 9, 0, 0x1_0000_5412));
        Assert.Equal(SeccompAction.Errno, Decide(program, X86_64, 41, 0xffff_ffff)); // -1 as an int
    }

    [Fact]
    public void Conditions_of_a_rule_are_anded_on_the_same_argument_too_and_rules_are_ored()
    {
        var policy = new SeccompPolicy("range", SeccompAction.Errno,
        [
            new(["mmap"], SeccompAction.Allow, null, [new(1, SeccompOperator.GreaterOrEqual, 10), new(1, SeccompOperator.Less, 20)]),
            new(["mmap"], SeccompAction.Allow, null, [new(1, SeccompOperator.Equal, 30)]),
        ], architectures: [SeccompArchitecture.X86_64]);
        var program = SeccompCompiler.Compile(policy);
        ulong[] allowed = [.. Enumerable.Range(0, 40).Select(value => (ulong)value).Where(value => Decide(program, X86_64, 9, 0, value) == SeccompAction.Allow)];
        Assert.Equal([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 30], allowed);
    }

    [Fact]
    public void The_harshest_of_the_rules_that_hold_decides()
    {
        var policy = new SeccompPolicy("both", SeccompAction.Allow,
        [
            new(["socket"], SeccompAction.Errno, 13, [new(0, SeccompOperator.Equal, 1)]),
            new(["socket"], SeccompAction.Log),
            new(["socket"], SeccompAction.KillProcess, null, [new(2, SeccompOperator.Equal, 7)]),
        ], architectures: [SeccompArchitecture.X86_64]);
        var program = SeccompCompiler.Compile(policy);
        Assert.Equal(SeccompAction.Errno, Decide(program, X86_64, 41, 1));
        Assert.Equal(SeccompAction.Log, Decide(program, X86_64, 41, 2));
        Assert.Equal(SeccompAction.KillProcess, Decide(program, X86_64, 41, 1, 0, 7));
    }

    [Fact]
    public void A_program_longer_than_the_kernel_takes_is_an_error()
    {
        var conditions = Enumerable.Range(0, 3000).Select(value => new SeccompRule(["mmap"], SeccompAction.Allow, null, [new(1, SeccompOperator.Equal, (ulong)value << 32 | (uint)value)]));
        var error = Assert.Throws<SandboxException>(() => SeccompCompiler.Compile(new("long", SeccompAction.Errno, conditions)));
        Assert.Equal("SeccompProgram,TOO_LONG", error.ErrorId);
        Assert.Contains("4096", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Jumps_over_more_than_255_instructions_are_right()
    {
        var rules = Enumerable.Range(0, 400).Select(value => new SeccompRule(["mmap"], value % 2 == 0 ? SeccompAction.Allow : SeccompAction.Log, null,
            [new(1, SeccompOperator.Equal, (ulong)value * 3), new(2, SeccompOperator.NotEqual, (ulong)value)]));
        var policy = new SeccompPolicy("far", SeccompAction.Errno, rules, architectures: [SeccompArchitecture.X86_64, SeccompArchitecture.X86]);
        var program = SeccompCompiler.Compile(policy);
        Assert.InRange(program.Count, 1000, 4096);
        for (ulong value = 0; value < 2200; value += 7)
        {
            var call = new SeccompCall(X86_64, 9, [0, value, 5]);
            Assert.Equal(policy.Decide(X86_64, 9, [0, value, 5]), BpfEmulator.Run(program, call).Decision);
        }
    }

    /// <summary>Policies that are hard for a search: where the outcome changes with every other number, where few are refused, where every fourth call has a check of its own.</summary>
    [Theory]
    [InlineData("scattered", false, 12)]
    [InlineData("refused", false, 12)]
    [InlineData("refused", true, 12)]
    [InlineData("checked", false, 12)]
    // x86 comes second, which leaves seven comparisons. They have 128 ends, of which two cover three ranges at best, and there are 194.
    [InlineData("scattered", true, 14)]
    public void A_call_that_its_number_decides_takes_at_most_twelve_instructions(string kind, bool compatible, int most)
    {
        var names = SyscallTable.For(SeccompArchitecture.X86_64).Entries.Select(entry => entry.Name).ToArray();
        new Random(5).Shuffle(names);
        SeccompRule[] rules = kind switch
        {
            "scattered" => [new(names[..(names.Length / 2)], SeccompAction.Allow)],
            "refused" => [new(names[..60], SeccompAction.KillProcess)],
            _ => [new(names[..100], SeccompAction.Allow), .. names[100..140].SelectMany((name, at) => Enumerable.Range(0, 4).Select(step =>
                new SeccompRule([name], SeccompAction.Allow, null, [new(step, SeccompOperator.Equal, (ulong)(at + 1) << 33 | (uint)step), new(5, SeccompOperator.MaskedEqual, 0xf0f0, (ulong)step << 4)])))],
        };
        SeccompArchitecture[] architectures = compatible ? [SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32] : [SeccompArchitecture.X86_64];
        var policy = new SeccompPolicy(kind, kind == "refused" ? SeccompAction.Allow : SeccompAction.Errno, rules, architectures: architectures);
        var program = SeccompCompiler.Compile(policy);
        Assert.Empty(SeccompProver.Differences(policy, program));
        int longest = architectures.SelectMany(architecture => SyscallTable.For(architecture).Entries
                .Where(entry => policy.RulesOf(architecture, entry.Number).All(rule => rule.Conditions.Count == 0))
                .Select(entry => BpfEmulator.Run(program, new(SeccompArchitectures.AuditArchitecture(architecture), entry.Number)).Executed)).Max();
        Assert.InRange(longest, 8, most);
        Assert.InRange(program.LongestNamePath, longest, most);
    }

    private static SeccompAction Decide(SeccompProgram program, uint architecture, uint number, params ulong[] arguments) =>
        BpfEmulator.Run(program, new(architecture, number, arguments)).Decision.Action;
}
