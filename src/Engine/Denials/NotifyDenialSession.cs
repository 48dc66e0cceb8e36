namespace Sandbox.Denials;

/// <summary>The denials of processes of this module, of each from its first on.</summary>
public sealed class NotifyDenialSession : SeccompDenialSession
{
    private readonly DenialHub[] _hubs;
    private readonly DenialQueue _queue;

    private NotifyDenialSession(DenialHub[] hubs)
    {
        _hubs = hubs;
        _queue = new(producers: hubs.Length);
        foreach (var hub in hubs) hub.Follow(_queue);
    }

    /// <inheritdoc/>
    public override SeccompDenialSource Source => SeccompDenialSource.Notify;

    /// <inheritdoc/>
    public override string Detail => "the listener of the sandbox's own filter: complete";

    /// <inheritdoc/>
    public override long Received => _queue.Received;

    /// <inheritdoc/>
    public override long Lost => _queue.Lost;

    /// <inheritdoc/>
    public override bool LossKnown => true;

    /// <summary>Whether a process has a listener to follow.</summary>
    public static bool CanFollow(HardenedProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        return process.DenialHub is not null;
    }

    /// <summary>Begins to follow.</summary>
    public static NotifyDenialSession Open(params IReadOnlyList<HardenedProcess> processes) => new([.. processes.Select(Hub).Distinct()]);

    private static DenialHub Hub(HardenedProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        return process.DenialHub ?? throw new SandboxException("WatchSeccompDenial,NO_FILTER", SandboxErrorKind.InvalidOperation,
            $"{process} has no seccomp filter: nothing is denied to it.", "Start it with a profile that has a policy, or with -SeccompPolicy or -DenySyscall.");
    }

    private protected override int Take(SeccompDenial[] buffer, TimeSpan wait, out bool ended) => _queue.Take(buffer, wait, out ended);

    private protected override void Close()
    {
        foreach (var hub in _hubs) hub.Unfollow(_queue);
    }
}
