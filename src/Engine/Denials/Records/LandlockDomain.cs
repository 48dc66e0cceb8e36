namespace Sandbox.Denials;

/// <summary>
/// A record of type 1424 (AUDIT_LANDLOCK_DOMAIN), <c>domain= status=allocated mode=enforcing pid= uid= exe= comm=</c>: who made a
/// Landlock domain. It comes once, after the domain's first denial; <c>status=deallocated denials=</c> ends it (security/landlock/audit.c).
/// </summary>
internal sealed record LandlockDomain(ulong Id, int ProcessId, long? UserId, string? ProcessName, string? Executable)
{
    public const int Type = 1424;

    /// <summary>False where it isn't understood; no domain where it is one's end.</summary>
    public static bool TryParse(ReadOnlySpan<byte> fields, out ulong id, out LandlockDomain? domain)
    {
        (id, domain) = (0, null);
        var (pid, uid, ended, hasId) = (0, (long?)null, false, false);
        string? comm = null, executable = null;
        for (var field = new AuditFields(fields); field.MoveNext();)
        {
            if (field.Key.SequenceEqual("domain"u8)) hasId = AuditNumber.TryHex(field.Value, out id);
            else if (field.Key.SequenceEqual("status"u8)) ended = field.Value.SequenceEqual("deallocated"u8);
            else if (field.Key.SequenceEqual("pid"u8) && AuditNumber.TryDecimal(field.Value, out var number) && number is > 0 and <= int.MaxValue) pid = (int)number;
            else if (field.Key.SequenceEqual("uid"u8) && AuditNumber.TryDecimal(field.Value, out number)) uid = number;
            else if (field.Key.SequenceEqual("comm"u8)) comm = AuditFields.Text(field.Value, field.IsQuoted);
            else if (field.Key.SequenceEqual("exe"u8)) executable = AuditFields.Text(field.Value, field.IsQuoted);
        }

        if (!hasId || (!ended && pid == 0)) return false;
        if (!ended) domain = new(id, pid, uid, comm, executable);
        return true;
    }
}
