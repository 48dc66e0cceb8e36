namespace Sandbox.Denials;

/// <summary>
/// What is needed of a record of type 1300 (AUDIT_SYSCALL): the call to which other records of the same serial belong. The kernel writes
/// it only where audit rules are loaded.
/// </summary>
internal sealed record LoggedSyscall(uint Architecture, int Number, IReadOnlyList<ulong> Arguments, int ProcessId, long? UserId, string? ProcessName, string? Executable)
{
    public const int Type = 1300;

    public static LoggedSyscall? TryParse(ReadOnlySpan<byte> fields)
    {
        var arguments = new ulong[4]; // the kernel logs no more
        var (pid, number, architecture, uid) = (0L, long.MinValue, 0UL, (long?)null);
        string? comm = null, executable = null;
        for (var field = new AuditFields(fields); field.MoveNext();)
        {
            if (field.Key.SequenceEqual("arch"u8)) AuditNumber.TryHex(field.Value, out architecture);
            else if (field.Key.SequenceEqual("syscall"u8) && AuditNumber.TryDecimal(field.Value, out var decimals)) number = decimals;
            else if (field.Key.SequenceEqual("pid"u8) && AuditNumber.TryDecimal(field.Value, out decimals)) pid = decimals;
            else if (field.Key.SequenceEqual("uid"u8) && AuditNumber.TryDecimal(field.Value, out decimals)) uid = decimals;
            else if (field.Key.SequenceEqual("comm"u8)) comm = AuditFields.Text(field.Value, field.IsQuoted);
            else if (field.Key.SequenceEqual("exe"u8)) executable = AuditFields.Text(field.Value, field.IsQuoted);
            else if (field.Key.Length == 2 && field.Key[0] == 'a' && field.Key[1] is >= (byte)'0' and <= (byte)'3') AuditNumber.TryHex(field.Value, out arguments[field.Key[1] - '0']);
        }

        return architecture is 0 or > uint.MaxValue || number is < int.MinValue or > uint.MaxValue || pid is <= 0 or > int.MaxValue
            ? null : new((uint)architecture, unchecked((int)number), arguments, (int)pid, uid, comm, executable);
    }
}
