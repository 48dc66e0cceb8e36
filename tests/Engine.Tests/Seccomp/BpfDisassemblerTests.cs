using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class BpfDisassemblerTests
{
    [Fact]
    public void Reads_as_seccomp_tools_prints_it()
    {
        SeccompProgram program = new(
        [
            new(0x20, 0, 0, 4), new(0x15, 0, 5, 0xC000003E), new(0x20, 0, 0, 0), new(0x15, 3, 0, 59), new(0x35, 2, 1, 0x40000000), new(0x20, 0, 0, 0x14), new(0x06, 0, 0, 0x7fff0000), new(0x06, 0, 0, 0),
        ]);
        string[] lines = BpfDisassembler.Disassemble(program).Split('\n');
        Assert.Equal(" line  CODE  JT   JF      K", lines[0]);
        Assert.Equal(" 0000: 0x20 0x00 0x00 0x00000004  A = arch", lines[2]);
        Assert.Equal(" 0001: 0x15 0x00 0x05 0xc000003e  if (A != ARCH_X86_64) goto 0007", lines[3]);
        Assert.Equal(" 0002: 0x20 0x00 0x00 0x00000000  A = sys_number", lines[4]);
        Assert.Equal(" 0003: 0x15 0x03 0x00 0x0000003b  if (A == execve) goto 0007", lines[5]);
        Assert.Equal(" 0004: 0x35 0x02 0x01 0x40000000  if (A >= x32_read) goto 0007 else goto 0006", lines[6]);
        Assert.Equal(" 0005: 0x20 0x00 0x00 0x00000014  A = args[0] >> 32", lines[7]);
        Assert.Equal(" 0006: 0x06 0x00 0x00 0x7fff0000  return ALLOW", lines[8]);
        Assert.Equal(" 0007: 0x06 0x00 0x00 0x00000000  return KILL_THREAD", lines[9]);
    }

    [Fact]
    public void A_program_survives_its_bytes()
    {
        var program = SeccompCompiler.Compile(BuiltInPolicies.Get("strict"));
        Assert.Equal(program.Instructions, SeccompProgram.FromBytes(program.ToBytes()).Instructions);
        Assert.Equal("SeccompProgram,BAD_LENGTH", Assert.Throws<SandboxException>(() => SeccompProgram.FromBytes([1, 2, 3])).ErrorId);
    }
}
