namespace Sandbox.Violations;

/// <summary>Follows what a recorder keeps, from the first violation on.</summary>
internal sealed class RecordedViolationSession(ViolationRecorder recorder, SandboxViolationWatch watch) : SandboxViolationSession
{
    private int _next;
    private long _left; // recorded, and not asked for here

    /// <inheritdoc/>
    public override SandboxViolationSource Source => SandboxViolationSource.Ebpf;

    /// <inheritdoc/>
    public override string Detail => "the recording of the process, from its first instruction on";

    /// <inheritdoc/>
    public override long Seen => recorder.Counts.Seen;

    /// <inheritdoc/>
    public override long Filtered => recorder.Counts.Filtered + _left;

    /// <inheritdoc/>
    public override long Emitted => recorder.Counts.Emitted - _left;

    /// <inheritdoc/>
    public override long Dropped => recorder.Counts.Dropped;

    /// <inheritdoc/>
    public override long Unfollowed => recorder.Counts.Unfollowed;

    private protected override bool Take(List<SandboxViolation> batch, TimeSpan wait)
    {
        var over = recorder.IsOver;
        var recorded = recorder.From(_next);
        _next += recorded.Length;
        batch.AddRange(recorded.Where(IsAsked));
        _left += recorded.Length - batch.Count;
        if (recorded.Length > 0) return false;
        if (!over) Thread.Sleep(wait < TimeSpan.FromMilliseconds(5) ? wait : TimeSpan.FromMilliseconds(5));
        return over;
    }

    /// <summary>Whether what is asked for is a part of what is recorded.</summary>
    public static bool Has(SandboxViolationWatch watch) => watch.Errnos.All(e => ViolationErrnos.Any.Contains(e));

    private bool IsAsked(SandboxViolation violation) =>
        (watch.Errnos.Count == 0 || watch.Errnos.Contains(violation.Errno)) && (watch.Categories.Count == 0 || watch.Categories.Contains(violation.Category));

    private protected override void Close()
    {
    }
}
