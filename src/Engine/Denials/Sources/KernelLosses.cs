namespace Sandbox.Denials;

/// <summary>
/// The records that the kernel dropped before they got a serial (its audit backlog was full), by its own counter, sampled from time to
/// time. One thread samples; any may read.
/// </summary>
internal sealed class KernelLosses
{
    private AuditStatus? _last;
    private long _lost;
    private volatile string? _refusal;
    private volatile bool _uncertain;

    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Whether the count is exact.</summary>
    public bool IsKnown => _refusal is null && !_uncertain;

    /// <summary>Why it isn't; null where it is.</summary>
    public string? Doubt => _refusal is { } refusal ? $"what the kernel dropped isn't known ({refusal})"
        : _uncertain ? "the kernel's counter of dropped records was reset, or counts records that its rate limit dropped with a serial" : null;

    public void Sample(int milliseconds)
    {
        var status = AuditStatus.TryRead(milliseconds, out var refusal);
        Take(status, refusal);
    }

    internal void Take(AuditStatus? status, string? refusal)
    {
        _refusal = refusal;
        if (status is null) return;

        if (_last is { } last)
        {
            var more = unchecked(status.Lost - last.Lost);
            // A count that goes back was reset by someone (AUDIT_STATUS_LOST).
            if (more > int.MaxValue) (more, _uncertain) = (status.Lost, true);
            // What the rate limit drops has a serial and is missing among them already (audit_log_end).
            if (more > 0 && status.RateLimit > 0) _uncertain = true;
            else Interlocked.Add(ref _lost, more);
        }

        _last = status;
    }
}
