using System.Text;

namespace Sandbox.Denials;

/// <summary>
/// A record of type 1423 (AUDIT_LANDLOCK_ACCESS), <c>domain= blockers=</c> and what the access was to: <c>path= dev= ino=</c>,
/// <c>name=</c>, <c>dest=</c>, <c>opid= ocomm=</c> and the like (security/landlock/audit.c, security/lsm_audit.c). It names no process.
/// </summary>
internal sealed class LandlockAccess(AuditRecordHead head, ulong domain, string blockers, IReadOnlyList<DecodedArgument> details)
{
    public const int Type = 1423;

    public uint Serial => head.Serial;

    public DateTime UtcTime => head.UtcTime;

    public ulong Domain => domain;

    /// <summary>When it came, in milliseconds.</summary>
    public long Since { get; init; }

    public static LandlockAccess? TryParse(AuditRecordHead head, ReadOnlySpan<byte> fields, long now)
    {
        ulong domain = 0;
        string? blockers = null;
        List<DecodedArgument> details = [];
        for (var field = new AuditFields(fields); field.MoveNext();)
        {
            if (field.Key.SequenceEqual("domain"u8))
            {
                if (!AuditNumber.TryHex(field.Value, out domain)) return null;
            }
            else if (field.Key.SequenceEqual("blockers"u8)) blockers = Encoding.UTF8.GetString(field.Value);
            else if (Detail(field) is { } detail) details.Add(detail);
        }

        return blockers is null or "" ? null : new(head, domain, blockers, details) { Since = now };
    }

    /// <summary>The same as an object, with the call where one is known and else with the maker of the domain.</summary>
    public SeccompDenial ToDenial(LoggedSyscall? call, LandlockDomain? maker, SeccompDenialScope scope, SeccompDenialSource source) => new()
    {
        UtcTime = UtcTime,
        SyscallNumber = call?.Number ?? -1,
        AuditArchitecture = call?.Architecture ?? Seccomp.SeccompArchitectures.AuditArchitecture(Seccomp.SeccompArchitectures.Native),
        Action = $"{SeccompDenial.LandlockAction}({blockers})",
        Arguments = call?.Arguments ?? [],
        DecodedArguments = details,
        ProcessId = call?.ProcessId ?? maker?.ProcessId ?? 0,
        ProcessName = call is null ? maker?.ProcessName : call.ProcessName,
        Executable = call is null ? maker?.Executable : call.Executable,
        UserId = call is null ? maker?.UserId : call.UserId,
        Scope = scope,
        Source = source,
    };

    // The device and inode say no more than the path; where there is only a name, they tell which file.
    private static DecodedArgument? Detail(in AuditFields field)
    {
        var key = Encoding.UTF8.GetString(field.Key);
        if (key is "pid" or "comm") return null; // kernels before 6.15 have none; later ones leave them to the domain's record
        var text = key is "path" or "name" or "dev" or "ocomm" ? AuditFields.Text(field.Value, field.IsQuoted) : Encoding.UTF8.GetString(field.Value);
        return text is null ? null : new(-1, key, text) { FullPath = key == "path" ? text : null };
    }
}
