using Sandbox.Runtime;

namespace Sandbox.Denials;

/// <summary>
/// One record of type 1326 (AUDIT_SECCOMP): <c>auid= uid= gid= ses= [subj=] pid= comm= exe= sig= arch= syscall= compat= ip= code=</c>
/// (kernel/auditsc.c, audit_seccomp). Every number is of the initial namespaces; pid is the process, whichever thread made the call.
/// It refers to the text that it was parsed from.
/// </summary>
internal ref struct SeccompLogRecord
{
    public const int Type = 1326;

    private ReadOnlySpan<byte> _comm;
    private bool _commQuoted;
    private ReadOnlySpan<byte> _executable;
    private bool _executableQuoted;

    public DateTime UtcTime { get; private set; }

    public int ProcessId { get; private set; }

    /// <summary>The real user; null where the record has none.</summary>
    public long? UserId { get; private set; }

    /// <summary>The signal that the kernel ends the caller with, 0 for none.</summary>
    public int Signal { get; private set; }

    /// <summary>The AUDIT_ARCH value.</summary>
    public uint Architecture { get; private set; }

    public int SyscallNumber { get; private set; }

    public ulong InstructionPointer { get; private set; }

    /// <summary>What the filter returned; the kernel clears its data, such as the errno.</summary>
    public uint Code { get; private set; }

    /// <summary>The bytes of comm as the record has them: hexadecimal where they are odd.</summary>
    public readonly ReadOnlySpan<byte> RawComm => _comm;

    /// <summary>False where a field that makes a denial is missing or no number.</summary>
    public static bool TryParse(in AuditRecordHead head, ReadOnlySpan<byte> text, out SeccompLogRecord record)
    {
        record = new() { UtcTime = head.UtcTime };
        var found = Found.None;
        // The last of a key counts: a security label before it, of which the administrator chooses the text, can't forge a field.
        for (var fields = new AuditFields(text[head.Length..].TrimEnd("\n\0"u8)); fields.MoveNext();)
        {
            if (!record.Take(fields, ref found)) return false;
        }

        return (found & Found.All) == Found.All;
    }

    /// <summary>The same as an object.</summary>
    public readonly SeccompDenial ToDenial(SeccompDenialScope scope, SeccompDenialSource source) => new()
    {
        UtcTime = UtcTime,
        SyscallNumber = SyscallNumber,
        AuditArchitecture = Architecture,
        Action = LoggedAction.Name(Code),
        ProcessId = ProcessId,
        ProcessName = AuditFields.Text(_comm, _commQuoted),
        Executable = AuditFields.Text(_executable, _executableQuoted),
        UserId = UserId,
        InstructionPointer = InstructionPointer,
        Signal = Signal == 0 ? null : SignalNames.Name(Signal),
        Scope = scope,
        Source = source,
    };

    // False where a value isn't what its key says.
    private bool Take(in AuditFields field, ref Found found)
    {
        long number;
        ulong bits;
        switch (Classify(field.Key))
        {
            case Found.Pid:
                if (!AuditNumber.TryDecimal(field.Value, out number) || number is <= 0 or > int.MaxValue) return false;
                ProcessId = (int)number;
                found |= Found.Pid;
                return true;
            case Found.Uid:
                if (!AuditNumber.TryDecimal(field.Value, out number)) return false;
                UserId = number;
                return true;
            case Found.Signal:
                if (!AuditNumber.TryDecimal(field.Value, out number) || number is < 0 or > 64) return false;
                Signal = (int)number;
                return true;
            case Found.Arch:
                if (!AuditNumber.TryHex(field.Value, out bits) || bits > uint.MaxValue) return false;
                Architecture = (uint)bits;
                found |= Found.Arch;
                return true;
            case Found.Syscall:
                if (!AuditNumber.TryDecimal(field.Value, out number) || number is < int.MinValue or > uint.MaxValue) return false;
                SyscallNumber = unchecked((int)number);
                found |= Found.Syscall;
                return true;
            case Found.Pointer:
                if (!AuditNumber.TryHex(field.Value, out bits)) return false;
                InstructionPointer = bits;
                return true;
            case Found.Code:
                if (!AuditNumber.TryHex(field.Value, out bits) || bits > uint.MaxValue) return false;
                Code = (uint)bits;
                found |= Found.Code;
                return true;
            case Found.Comm:
                _comm = field.Value;
                _commQuoted = field.IsQuoted;
                return true;
            case Found.Executable:
                _executable = field.Value;
                _executableQuoted = field.IsQuoted;
                return true;
            default:
                return true;
        }
    }

    private static Found Classify(ReadOnlySpan<byte> key) =>
        key.SequenceEqual("pid"u8) ? Found.Pid : key.SequenceEqual("uid"u8) ? Found.Uid : key.SequenceEqual("sig"u8) ? Found.Signal
        : key.SequenceEqual("arch"u8) ? Found.Arch : key.SequenceEqual("syscall"u8) ? Found.Syscall : key.SequenceEqual("ip"u8) ? Found.Pointer
        : key.SequenceEqual("code"u8) || key.SequenceEqual("action"u8) ? Found.Code
        : key.SequenceEqual("comm"u8) ? Found.Comm : key.SequenceEqual("exe"u8) ? Found.Executable : Found.None;

    [Flags]
    private enum Found
    {
        None = 0,
        Pid = 1,
        Arch = 2,
        Syscall = 4,
        Code = 8,
        All = Pid | Arch | Syscall | Code,
        Uid = 16,
        Signal = 32,
        Pointer = 64,
        Comm = 128,
        Executable = 256,
    }
}
