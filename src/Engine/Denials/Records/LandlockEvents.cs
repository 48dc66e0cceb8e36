namespace Sandbox.Denials;

/// <summary>
/// Joins the records about Landlock into denials. The access names no process: the record of its system call does, by the serial, where
/// audit rules are loaded; else the record of its domain does, and then the process is the one that made the domain, of which the caller
/// is a descendant. For one thread.
/// </summary>
internal sealed class LandlockEvents(ProcessScope scope, SeccompDenialSource source, Action<SeccompDenial> report)
{
    /// <summary>How long the record of a call is waited for.</summary>
    public const int WaitMilliseconds = 100;

    private const int MostDomains = 4096, MostPending = 4096;
    private readonly Dictionary<ulong, (LandlockDomain Domain, SeccompDenialScope? Scope)> _domains = [];
    private readonly Queue<LandlockAccess> _pending = [];

    /// <summary>Denials of which no record tells the process.</summary>
    public long Unattributed { get; private set; }

    public bool IsPending => _pending.Count > 0;

    public static bool Concerns(int type) => type is LandlockAccess.Type or LandlockDomain.Type or LoggedSyscall.Type;

    /// <summary>Takes a record of one of the three types; false where it isn't understood.</summary>
    public bool Take(int type, in AuditRecordHead head, ReadOnlySpan<byte> text, long now)
    {
        var fields = text[head.Length..].TrimEnd("\n\0"u8);
        if (type == LandlockAccess.Type)
        {
            if (LandlockAccess.TryParse(head, fields, now) is not { } access) return false;
            if (_pending.Count == MostPending) Report(_pending.Dequeue(), null);
            _pending.Enqueue(access);
            return true;
        }

        return type == LandlockDomain.Type ? TakeDomain(head, fields) : TakeCall(head, fields);
    }

    /// <summary>Reports what has waited long enough, or all.</summary>
    public void Flush(long now, bool all = false)
    {
        while (_pending.TryPeek(out var access) && (all || now - access.Since >= WaitMilliseconds)) Report(_pending.Dequeue(), null);
    }

    private bool TakeDomain(in AuditRecordHead head, ReadOnlySpan<byte> fields)
    {
        if (!LandlockDomain.TryParse(fields, out var id, out var domain)) return false;
        if (domain is null)
        {
            // Its last denials may still be waiting for their calls.
            Flush(0, all: true);
            _domains.Remove(id);
            return true;
        }

        if (_domains.Count >= MostDomains) _domains.Clear();
        _domains[id] = (domain, scope.Match(domain.ProcessId, head.UtcTime));
        return true;
    }

    private bool TakeCall(in AuditRecordHead head, ReadOnlySpan<byte> fields)
    {
        if (_pending.Count == 0) return true;
        var call = (LoggedSyscall?)null;
        for (var i = _pending.Count; i > 0; i--)
        {
            var access = _pending.Dequeue();
            if (access.Serial != head.Serial)
            {
                _pending.Enqueue(access);
                continue;
            }

            call ??= LoggedSyscall.TryParse(fields);
            Report(access, call);
            if (call is null) return false;
        }

        return true;
    }

    private void Report(LandlockAccess access, LoggedSyscall? call)
    {
        var known = _domains.TryGetValue(access.Domain, out var domain);
        var match = call is not null ? scope.Match(call.ProcessId, access.UtcTime) : known ? domain.Scope : scope.WatchesAll ? SeccompDenialScope.All : null;
        if (match is { } rule) report(access.ToDenial(call, known ? domain.Domain : null, rule, source));
        else if (call is null && !known) Unattributed++;
    }
}
