using System.Globalization;

namespace Sandbox.Seccomp;

/// <summary>One system call as a filter sees it: struct seccomp_data of linux/seccomp.h.</summary>
public sealed record SeccompCall
{
    /// <summary>Makes one; missing arguments are 0.</summary>
    public SeccompCall(uint auditArchitecture, uint number, IEnumerable<ulong>? arguments = null, ulong instructionPointer = 0)
    {
        AuditArchitecture = auditArchitecture;
        Number = number;
        InstructionPointer = instructionPointer;
        ulong[] given = [.. arguments ?? []];
        if (given.Length > 6) throw new SandboxException("SeccompCall,TOO_MANY_ARGUMENTS", SandboxErrorKind.InvalidArgument, $"A system call has at most 6 arguments, not {given.Length}.");
        Array.Resize(ref given, 6);
        Arguments = ValueList<ulong>.Of(given);
    }

    /// <summary>A call by name.</summary>
    public static SeccompCall Of(SeccompArchitecture architecture, string name, params IEnumerable<ulong> arguments)
    {
        var entry = SyscallTable.For(architecture).Find(name) ?? throw new SandboxException("SeccompCall,UNKNOWN_SYSCALL", SandboxErrorKind.ObjectNotFound,
            $"{SeccompArchitectures.Name(architecture)} has no system call '{name}'.",
            NearestName.Find(name, SyscallTable.For(architecture).Entries.Select(known => known.Name)) is { } near ? $"Did you mean '{near}'?" : null);
        return new(SeccompArchitectures.AuditArchitecture(architecture), entry.Number, arguments);
    }

    /// <summary>AUDIT_ARCH_* of linux/audit.h.</summary>
    public uint AuditArchitecture { get; }

    /// <summary>The number.</summary>
    public uint Number { get; }

    /// <summary>The address of the instruction.</summary>
    public ulong InstructionPointer { get; }

    /// <summary>The six arguments, as registers.</summary>
    public IReadOnlyList<ulong> Arguments { get; }

    /// <summary>The architecture, or null for one without a table.</summary>
    public SeccompArchitecture? Architecture => SeccompArchitectures.FromAudit(AuditArchitecture, Number);

    /// <summary>The name of the call, or null.</summary>
    public string? Name => Architecture is { } architecture ? SyscallTable.For(architecture).Find(Number)?.Name : null;

    // linux/audit.h: __AUDIT_ARCH_LE
    private bool IsBigEndian => (AuditArchitecture & 0x4000_0000) == 0;

    /// <summary>The 32-bit word at an offset of struct seccomp_data.</summary>
    public uint Word(uint offset)
    {
        if (offset == ClassicBpf.NumberOffset) return Number;
        if (offset == ClassicBpf.ArchitectureOffset) return AuditArchitecture;
        ulong value = offset < 16 ? InstructionPointer : Arguments[(int)(offset - 16) / 8];
        bool first = offset % 8 == 0;
        return first == IsBigEndian ? (uint)(value >> 32) : (uint)value;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string architecture = Architecture is { } known ? SeccompArchitectures.Name(known) : $"arch 0x{AuditArchitecture:x8}";
        int count = Architecture is { } table && SyscallTable.For(table).Find(Number)?.ParameterCount is { } declared ? Math.Max(declared, 1 + LastUsed()) : 6;
        return $"{architecture} {Name ?? Number.ToString(CultureInfo.InvariantCulture)}({string.Join(", ", Arguments.Take(count).Select(argument => $"0x{argument:x}"))})";
    }

    private int LastUsed()
    {
        int last = 5;
        while (last >= 0 && Arguments[last] == 0) last--;
        return last;
    }
}
