using Sandbox.Bpf;
using static Sandbox.Bpf.BpfRegister;

namespace Sandbox.Tests.Violations;

/// <summary>Instructions against the encoding of Documentation/bpf/standardization/instruction-set.rst, and programs against the kernel's verifier.</summary>
public sealed class BpfAssemblerTests
{
    private static readonly Dictionary<string, int> NoMaps = [];

    [Fact]
    public void Instructions_are_encoded_as_the_standard_says()
    {
        // opcode, source and destination, offset, number: written out from the tables of the standard.
        ulong[] expected =
        [
            0x0000_0005_0000_01B7, // mov r1, 5
            0x0000_0000_0000_12BF, // mov r2, r1
            0xFFFF_FFFF_0000_0107, // add r1, -1
            0x0000_0000_0008_6179, // ldxdw r1, [r6+8]
            0x0000_0000_FFFC_1A63, // stxw [r10-4], r1
            0x0000_0007_FFF8_0A7A, // stdw [r10-8], 7
            0x0000_0000_0000_10DB, // atomic add [r0], r1
            0x0000_0000_0002_7165, // jsgt
            0x0000_0019_0000_0085, // call
            0x0000_0000_0000_0095, // exit
        ];
        var code = new BpfAssembler()
            .Move(R1, 5).Move(R2, R1).Compute(BpfOperation.Add, R1, -1).Load(BpfSize.Double, R1, R6, 8).Store(BpfSize.Word, Frame, -4, R1)
            .Store(BpfSize.Double, Frame, -8, 7).AtomicAdd(R0, 0, R1);
        expected[7] = 0x0000_0009_0001_0165; // if r1 s> 9 goto +1
        code.JumpIf(R1, BpfCondition.SignedGreater, 9, "end").Call((BpfHelper)25).Label("end").Exit();
        Assert.Equal(expected, code.Finish(NoMaps).Instructions);
    }

    [Fact]
    public void Wide_numbers_take_two_instructions_and_maps_their_descriptor()
    {
        var code = new BpfAssembler().MoveWide(R3, 0x1122_3344_5566_7788).LoadMap(R1, "m").Exit().Finish(new Dictionary<string, int> { ["m"] = 42 });
        Assert.Equal([0x5566_7788_0000_0318, 0x1122_3344_0000_0000, 0x0000_002A_0000_1118, 0, 0x95], code.Instructions);
    }

    [Fact]
    public void Mistakes_are_found_before_the_kernel_sees_them()
    {
        Assert.Contains("no label nowhere", Assert.Throws<InvalidOperationException>(() => new BpfAssembler().Jump("nowhere").Finish(NoMaps)).Message);
        Assert.Contains("twice", Assert.Throws<InvalidOperationException>(() => new BpfAssembler().Label("a").Label("a")).Message);
        Assert.Contains("no map m", Assert.Throws<InvalidOperationException>(() => new BpfAssembler().LoadMap(R1, "m").Finish(NoMaps)).Message);
        Assert.Contains("no room", Assert.Throws<InvalidOperationException>(() => new BpfAssembler().Load(BpfSize.Word, R1, R2, 40_000)).Message);
        var far = new BpfAssembler().Jump("end");
        for (var i = 0; i < 40_000; i++) far.Move(R0, 0);
        Assert.Contains("too far", Assert.Throws<InvalidOperationException>(() => far.Label("end").Exit().Finish(NoMaps)).Message);
    }

    [Fact]
    public void What_the_verifier_refuses_is_an_error_with_its_log()
    {
        Ebpf.Require();
        using var types = BpfTypes.Load();
        var code = new BpfAssembler().Load(BpfSize.Double, R0, R9, 0).Exit().Finish(NoMaps);
        var error = Assert.Throws<SandboxException>(() => BpfProgram.Load("sys_exit", code, types));
        Assert.Equal("SandboxViolation,BPF_VERIFIER", error.ErrorId);
        Assert.Contains("R9 !read_ok", error.Message);
        Assert.Contains("no tracepoint", Assert.Throws<SandboxException>(() => BpfProgram.Load("no_such_thing", code, types)).Message);
    }
}
