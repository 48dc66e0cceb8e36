namespace Sandbox.Violations;

/// <summary>Follows what a recorder keeps, from the first violation on.</summary>
internal sealed class RecordedViolationSession(ViolationRecorder recorder) : SandboxViolationSession
{
    private int _next;

    /// <inheritdoc/>
    public override SandboxViolationSource Source => SandboxViolationSource.Ebpf;

    /// <inheritdoc/>
    public override string Detail => "the recording of the process, from its first instruction on";

    /// <inheritdoc/>
    public override long Seen => recorder.Counts.Seen;

    /// <inheritdoc/>
    public override long Filtered => recorder.Counts.Filtered;

    /// <inheritdoc/>
    public override long Emitted => recorder.Counts.Emitted;

    /// <inheritdoc/>
    public override long Dropped => recorder.Counts.Dropped;

    /// <inheritdoc/>
    public override long Unfollowed => recorder.Counts.Unfollowed;

    private protected override bool Take(List<SandboxViolation> batch, TimeSpan wait)
    {
        var over = recorder.IsOver;
        batch.AddRange(recorder.From(_next));
        _next += batch.Count;
        if (batch.Count > 0) return false;
        if (!over) Thread.Sleep(wait < TimeSpan.FromMilliseconds(5) ? wait : TimeSpan.FromMilliseconds(5));
        return over;
    }

    private protected override void Close()
    {
    }
}
