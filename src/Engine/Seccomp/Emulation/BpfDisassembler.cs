using System.Globalization;
using System.Text;

namespace Sandbox.Seccomp;

/// <summary>Prints programs as seccomp-tools does, with the names of system calls where the number is compared.</summary>
public static class BpfDisassembler
{
    private static readonly string[] DataNames = ["sys_number", "arch", "instruction_pointer", "instruction_pointer >> 32"];

    /// <summary>The text.</summary>
    public static string Disassemble(SeccompProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var contents = ProgramContents.Of(program);
        var text = new StringBuilder(" line  CODE  JT   JF      K\n=================================\n");
        for (int at = 0; at < program.Count; at++)
        {
            var instruction = program.Instructions[at];
            text.Append(CultureInfo.InvariantCulture, $" {at:0000}: 0x{instruction.Code:x2} 0x{instruction.JumpTrue:x2} 0x{instruction.JumpFalse:x2} 0x{instruction.K:x8}  ")
                .Append(Line(program, at, contents[at])).Append('\n');
        }

        return text.ToString();
    }

    private static string Line(SeccompProgram program, int at, ProgramContents.Content content)
    {
        var (code, _, _, k) = program.Instructions[at];
        string operand = (code & ClassicBpf.SourceIndex) != 0 ? "X" : $"0x{k:x}";
        return code switch
        {
            ClassicBpf.LoadWord => $"A = {DataName(k, program.IsBigEndian)}",
            ClassicBpf.LoadImmediate => $"A = 0x{k:x}",
            ClassicBpf.LoadIndexImmediate => $"X = 0x{k:x}",
            ClassicBpf.LoadLength => "A = sizeof(seccomp_data)",
            ClassicBpf.LoadIndexLength => "X = sizeof(seccomp_data)",
            ClassicBpf.LoadMemory => $"A = mem[{k}]",
            ClassicBpf.LoadIndexMemory => $"X = mem[{k}]",
            ClassicBpf.Store => $"mem[{k}] = A",
            ClassicBpf.StoreIndex => $"mem[{k}] = X",
            ClassicBpf.TransferToIndex => "X = A",
            ClassicBpf.TransferFromIndex => "A = X",
            ClassicBpf.Return => $"return {ReturnName(k)}",
            ClassicBpf.ReturnAccumulator => "return A",
            ClassicBpf.JumpAlways => $"goto {at + 1L + k:0000}",
            ClassicBpf.Negate => "A = -A",
            _ when (code & 7) == 5 => Jump(program.Instructions[at], at, content),
            _ when (code & 7) == 4 => $"A {ArithmeticSign(code)}= {operand}",
            _ => $"unknown operation 0x{code:x4}",
        };
    }

    private static string Jump(SockFilter instruction, int at, ProgramContents.Content content)
    {
        var (code, jumpTrue, jumpFalse, k) = instruction;
        string operand = (code & ClassicBpf.SourceIndex) != 0 ? "X" : content.NameOf(k);
        var (holds, fails) = (code & 0xf0) switch
        {
            0x10 => ("==", "!="),
            0x20 => (">", "<="),
            0x30 => (">=", "<"),
            _ => ("&", "&"),
        };
        bool set = holds == "&";
        if (jumpTrue == 0 && jumpFalse == 0) return $"goto {at + 1:0000}";
        if (jumpFalse == 0) return $"if (A {holds} {operand}) goto {at + 1 + jumpTrue:0000}";
        if (jumpTrue == 0) return $"if ({(set ? $"!(A & {operand})" : $"A {fails} {operand}")}) goto {at + 1 + jumpFalse:0000}";
        return $"if (A {holds} {operand}) goto {at + 1 + jumpTrue:0000} else goto {at + 1 + jumpFalse:0000}";
    }

    private static string DataName(uint offset, bool bigEndian)
    {
        if (offset < 16) return DataNames[(int)(bigEndian && offset >= 8 ? offset ^ 4 : offset) / 4];
        int index = (int)(offset - 16) / 8;
        return offset == ClassicBpf.LowOffset(index, bigEndian) ? $"args[{index}]" : $"args[{index}] >> 32";
    }

    private static string ReturnName(uint value)
    {
        var decision = SeccompDecision.FromReturnValue(value);
        string name = decision.Action switch
        {
            SeccompAction.Errno => $"ERRNO({decision.Errno})" + (decision.Errno == 0 ? "" : $" ; {Native.Errno.Name(decision.Errno)}"),
            SeccompAction.Trace => $"TRACE({decision.Errno})",
            SeccompAction.KillThread => "KILL_THREAD",
            SeccompAction.KillProcess => "KILL_PROCESS",
            SeccompAction.Notify => "USER_NOTIF",
            var action => action.ToString().ToUpperInvariant(),
        };
        return name;
    }

    private static string ArithmeticSign(ushort code) => (code & 0xf0) switch
    {
        0x00 => "+",
        0x10 => "-",
        0x20 => "*",
        0x30 => "/",
        0x40 => "|",
        0x50 => "&",
        0x60 => "<<",
        0x70 => ">>",
        0xa0 => "^",
        _ => "?",
    };
}
