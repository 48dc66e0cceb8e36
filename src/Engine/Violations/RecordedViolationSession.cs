namespace Sandbox.Violations;

/// <summary>Follows what recorders keep, each from its first violation on.</summary>
internal sealed class RecordedViolationSession : SandboxViolationSession
{
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(5);
    private readonly SandboxViolationWatch _watch;
    private readonly ViolationRecorder[] _recorders;
    private readonly int[] _next;
    private long _unasked;

    public RecordedViolationSession(SandboxViolationWatch watch)
    {
        _watch = watch;
        _recorders = [.. watch.Sandboxes.Select(s => s.ViolationRecorder!).Distinct()];
        _next = new int[_recorders.Length];
    }

    /// <inheritdoc/>
    public override SandboxViolationSource Source => SandboxViolationSource.Ebpf;

    /// <inheritdoc/>
    public override string Detail => "the recording of the process, from its first instruction on";

    /// <inheritdoc/>
    public override long Seen => _recorders.Sum(r => r.Counts.Seen);

    /// <inheritdoc/>
    public override long Filtered => _recorders.Sum(r => r.Counts.Filtered) + _unasked;

    /// <inheritdoc/>
    public override long Emitted => _recorders.Sum(r => r.Counts.Emitted - r.NotKept) - _unasked;

    /// <inheritdoc/>
    public override long Dropped => _recorders.Sum(r => r.Counts.Dropped + r.NotKept);

    /// <inheritdoc/>
    public override long Unfollowed => _recorders.Sum(r => r.Counts.Unfollowed);

    /// <inheritdoc/>
    public override SandboxException? Failure => _recorders.Where(r => r.IsOver).Select(r => r.Failure).FirstOrDefault(f => f is not null);

    /// <summary>Whether everything that a watch asks for is recorded already.</summary>
    public static bool Holds(SandboxViolationWatch watch) => watch is { Sandboxes.Count: > 0, ProcessIds: [] } && watch.Sandboxes.All(s => s.RecordsViolations) && watch.Errnos.All(ViolationErrnos.Any.Contains);

    private protected override bool Take(List<SandboxViolation> batch, TimeSpan wait)
    {
        // Whether they are over first: what came before that is kept then.
        var over = _recorders.All(r => r.IsOver);
        var found = false;
        for (var i = 0; i < _recorders.Length; i++)
        {
            var recorded = _recorders[i].Kept(_next[i]);
            _next[i] += recorded.Length;
            found |= recorded.Length > 0;
            var before = batch.Count;
            batch.AddRange(recorded.Where(IsAskedFor));
            _unasked += recorded.Length - (batch.Count - before);
        }

        if (found) return false;
        if (!over) Thread.Sleep(wait < Nap ? wait : Nap);
        return over;
    }

    private protected override void Close()
    {
    }

    private bool IsAskedFor(SandboxViolation violation) =>
        (_watch.Errnos.Count == 0 || _watch.Errnos.Contains(violation.Errno)) && (_watch.Categories.Count == 0 || _watch.Categories.Contains(violation.Category));
}
