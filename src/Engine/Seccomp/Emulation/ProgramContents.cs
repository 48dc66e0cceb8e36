namespace Sandbox.Seccomp;

/// <summary>What the accumulator holds at each instruction, as far as all ways there agree, and of which architecture the call is.</summary>
internal sealed class ProgramContents
{
    private ProgramContents()
    {
    }

    public static Content[] Of(SeccompProgram program)
    {
        var contents = new Content?[program.Count + 1];
        contents[0] = new(null, null);
        for (int at = 0; at < program.Count; at++)
        {
            var here = contents[at] ?? new(null, null);
            var (code, jumpTrue, jumpFalse, k) = program.Instructions[at];
            switch (code)
            {
                case ClassicBpf.Return or ClassicBpf.ReturnAccumulator: break;
                case ClassicBpf.LoadWord: Join(at + 1, here with { Offset = k }); break;
                case ClassicBpf.JumpAlways: Join(at + 1 + (long)k, here); break;
                case ClassicBpf.JumpEqual when here.Offset == ClassicBpf.ArchitectureOffset:
                    Join(at + 1 + jumpTrue, here with { AuditArchitecture = k });
                    Join(at + 1 + jumpFalse, here);
                    break;
                case var jump when (jump & 7) == 5:
                    Join(at + 1 + jumpTrue, here);
                    Join(at + 1 + jumpFalse, here);
                    break;
                case ClassicBpf.Store or ClassicBpf.StoreIndex or ClassicBpf.TransferToIndex: Join(at + 1, here); break;
                case var load when (load & 7) == 1: Join(at + 1, here); break;
                default: Join(at + 1, here with { Offset = null }); break;
            }
        }

        return [.. contents.Take(program.Count).Select(content => content ?? new(null, null))];

        void Join(long next, Content content)
        {
            if (next >= program.Count) return;
            contents[next] = contents[next] is { } other
                ? new(other.Offset == content.Offset ? content.Offset : null, other.AuditArchitecture == content.AuditArchitecture ? content.AuditArchitecture : null)
                : content;
        }
    }

    /// <summary>The offset of the word that the accumulator holds, and the architecture; null where unknown.</summary>
    public sealed record Content(uint? Offset, uint? AuditArchitecture)
    {
        public string NameOf(uint constant)
        {
            if (Offset == ClassicBpf.ArchitectureOffset && SeccompArchitectures.FromAudit(constant, 0) is { } named) return "ARCH_" + SeccompArchitectures.Name(named).ToUpperInvariant();
            if (Offset == ClassicBpf.NumberOffset && AuditArchitecture is { } audit && SeccompArchitectures.FromAudit(audit, constant) is { } architecture
                && SyscallTable.For(architecture).Find(constant) is { } entry)
            {
                return architecture == SeccompArchitecture.X32 ? "x32_" + entry.Name : entry.Name;
            }

            return $"0x{constant:x}";
        }
    }
}
