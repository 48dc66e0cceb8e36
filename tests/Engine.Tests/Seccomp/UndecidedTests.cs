using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

/// <summary>
/// Programs that no one needs as filters, but that the kernel takes: the prover says that it can't decide, and why, and doesn't guess.
/// Each is such that either answer would be wrong for some policy.
/// </summary>
public class UndecidedTests
{
    private const uint X86_64 = 0xC000_003E, Allow = 0x7fff_0000, Refuse = 0x0005_0001;
    private static readonly SockFilter[] Ends = [new(ClassicBpf.Return, 0, 0, Allow), new(ClassicBpf.Return, 0, 0, Refuse)];
    private static readonly SeccompPolicy Policy = new("p", SeccompAction.Allow, [], architectures: [SeccompArchitecture.X86_64]);

    [Fact]
    public void A_product_of_two_arguments()
    {
        // arg0 * arg1 == 6
        var program = new SeccompProgram([Load(16), new(ClassicBpf.TransferToIndex, 0, 0, 0), Load(24), new(0x2c, 0, 0, 0), new(ClassicBpf.JumpEqual, 0, 1, 6), .. Ends]);
        Assert.Equal(SeccompAction.Allow, BpfEmulator.Run(program, new(X86_64, 0, [2, 3])).Decision.Action);
        Assert.Equal(SeccompAction.Errno, BpfEmulator.Run(program, new(X86_64, 0, [2, 4])).Decision.Action);
        Undecided(program, "Instruction 3: it multiplies");
    }

    [Fact]
    public void A_return_value_that_the_caller_chooses() =>
        Undecided(new([Load(16), new(ClassicBpf.ReturnAccumulator, 0, 0, 0)]), "Instruction 1: it returns a value that depends on the call");

    [Fact]
    public void Arguments_compared_with_each_other_in_a_sum()
    {
        // arg0 + arg1 == arg2 + arg3: the carries tie all bits together, and a diagram over the bits has to remember whole words.
        var program = new SeccompProgram(
        [
            Load(16), new(ClassicBpf.TransferToIndex, 0, 0, 0), Load(24), new(0x0c, 0, 0, 0), new(ClassicBpf.Store, 0, 0, 0),
            Load(32), new(ClassicBpf.TransferToIndex, 0, 0, 0), Load(40), new(0x0c, 0, 0, 0), new(ClassicBpf.LoadIndexMemory, 0, 0, 0),
            new(ClassicBpf.JumpEqual | ClassicBpf.SourceIndex, 0, 1, 0), .. Ends,
        ]);
        Assert.Equal(SeccompAction.Allow, BpfEmulator.Run(program, new(X86_64, 0, [1, 5, 4, 2])).Decision.Action);
        Undecided(program, $"more than {SeccompProver.NodeLimit} nodes");
    }

    [Fact]
    public void A_counter_of_the_bits_of_arguments_in_memory()
    {
        // For each bit of the number another word is added: 2^18 sums, each of which the registers can hold.
        var instructions = new List<SockFilter> { new(ClassicBpf.LoadImmediate, 0, 0, 0), new(ClassicBpf.Store, 0, 0, 0) };
        for (int bit = 0; bit < 18; bit++)
        {
            instructions.AddRange([Load(0), new(ClassicBpf.JumpSet, 0, 3, 1u << bit), new(ClassicBpf.LoadMemory, 0, 0, 0), new(0x04, 0, 0, 3u << bit), new(ClassicBpf.Store, 0, 0, 0)]);
        }

        instructions.AddRange([new(ClassicBpf.LoadMemory, 0, 0, 0), new(ClassicBpf.JumpEqual, 0, 1, 9), .. Ends]);
        var program = new SeccompProgram(instructions);
        Assert.Equal(SeccompAction.Allow, BpfEmulator.Run(program, new(X86_64, 3)).Decision.Action);
        Undecided(program, "its registers can have more than");
    }

    [Fact]
    public void But_arithmetic_with_constants_in_memory_is_decided()
    {
        // ((arg0 + 5) ^ 0xff) << 1 == 4 is arg0 == 0xf8 or, with the bit that the shift drops, 0x800000f8.
        var program = new SeccompProgram(
        [
            Load(16), new(0x04, 0, 0, 5), new(ClassicBpf.Store, 0, 0, 3), new(ClassicBpf.LoadImmediate, 0, 0, 0xff), new(ClassicBpf.TransferToIndex, 0, 0, 0),
            new(ClassicBpf.LoadMemory, 0, 0, 3), new(0xac, 0, 0, 0), new(0x64, 0, 0, 1), new(ClassicBpf.JumpEqual, 0, 1, 4), .. Ends,
        ]);
        var plain = new SeccompProgram([Load(16), new(ClassicBpf.JumpEqual, 2, 0, 0xf8), new(ClassicBpf.JumpEqual, 1, 0, 0x8000_00f8), Ends[1], Ends[0]]);
        Assert.Empty(SeccompProver.Differences(program, plain));
        var other = new SeccompProgram([Load(16), new(ClassicBpf.JumpEqual, 0, 1, 0xf8), .. Ends]);
        var difference = Assert.Single(SeccompProver.Differences(program, other));
        Assert.Equal(0x8000_00f8u, difference.Call.Word(16));
    }

    private static SockFilter Load(uint offset) => new(ClassicBpf.LoadWord, 0, 0, offset);

    private static void Undecided(SeccompProgram program, string reason)
    {
        var error = Assert.Throws<SandboxException>(() => SeccompProver.Differences(Policy, program));
        Assert.Equal("SeccompProver,UNDECIDED", error.ErrorId);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("can't decide", error.Message, StringComparison.Ordinal);
    }
}
