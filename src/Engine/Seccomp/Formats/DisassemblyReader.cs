using System.Globalization;
using System.Text.RegularExpressions;

namespace Sandbox.Seccomp;

/// <summary>Reads a disassembly, ours or of seccomp-tools, by its columns line, CODE, JT, JF and K; the text after them says the same to people.</summary>
internal static partial class DisassemblyReader
{
    public static SeccompProgram Read(string text, string source, SeccompArchitecture architecture)
    {
        var instructions = new List<SockFilter>();
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.Length == 0 || line.All(sign => sign == '=') || line.StartsWith("line", StringComparison.Ordinal)) continue;
            var match = Instruction().Match(line);
            if (!match.Success) throw Error(source, number, $"an instruction such as '0000: 0x20 0x00 0x00 0x00000004' is expected here, not '{line}'");
            if (int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) != instructions.Count) throw Error(source, number, $"instruction {instructions.Count:0000} is expected here, not {match.Groups[1].Value}");
            instructions.Add(new((ushort)Hex(match.Groups[2]), (byte)Hex(match.Groups[3]), (byte)Hex(match.Groups[4]), Hex(match.Groups[5])));
        }

        if (instructions.Count == 0) throw Error(source, 1, "there is no instruction");
        var program = new SeccompProgram(instructions, architecture == SeccompArchitecture.S390X);
        BpfVerifier.Check(program);
        return program;
    }

    private static uint Hex(Group group) => uint.Parse(group.ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static SandboxException Error(string source, int line, string message) => new("SeccompFormat,BAD_DISASSEMBLY", SandboxErrorKind.ParserError, $"{source}, line {line}: {message}.");

    [GeneratedRegex(@"^(\d{1,5}): 0x([0-9a-f]{2,4}) 0x([0-9a-f]{2}) 0x([0-9a-f]{2}) 0x([0-9a-f]{8})(\s|$)")]
    private static partial Regex Instruction();
}
