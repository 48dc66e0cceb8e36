using Sandbox.Bpf;
using Sandbox.Native;
using Sandbox.Violations.Probes;
using Tmds.Linux;

namespace Sandbox.Violations;

/// <summary>A watch with a probe of its own. Its consumer reads the ring buffer itself: where it is slow, the kernel counts what has no room.</summary>
internal sealed class EbpfViolationSession : SandboxViolationSession
{
    private const int Most = 256;
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(1);
    private readonly ViolationProbe _probe;
    private readonly ViolationMaker _maker;
    private readonly List<FileDescriptor> _processes = [];
    private readonly IReadOnlyList<HardenedProcess> _sandboxes;
    private readonly bool _ends;
    private readonly BpfRingBuffer.RecordHandler _handler;
    private List<SandboxViolation>? _batch;
    private readonly Lock _closing = new();
    private ViolationCounts? _last;
    private bool _busy;

    private EbpfViolationSession(SandboxViolationWatch watch, ViolationProbe probe)
    {
        _probe = probe;
        _sandboxes = watch.Sandboxes;
        _maker = new(watch.Sandboxes, exclusive: watch is { ProcessIds: [], CgroupPath: null, All: false });
        _ends = watch.Sandboxes.Count + watch.ProcessIds.Count > 0;
        _handler = record =>
        {
            if (_maker.Make(record) is { } violation) _batch!.Add(violation);
        };
    }

    /// <inheritdoc/>
    public override SandboxViolationSource Source => SandboxViolationSource.Ebpf;

    /// <inheritdoc/>
    public override string Detail => "eBPF programs at the exit of every call: complete from when they were attached, which for a running process is later than its first call";

    /// <inheritdoc/>
    public override long Seen => Counts.Seen;

    /// <inheritdoc/>
    public override long Filtered => Counts.Filtered;

    /// <inheritdoc/>
    public override long Emitted => Counts.Emitted;

    /// <inheritdoc/>
    public override long Dropped => Counts.Dropped;

    /// <inheritdoc/>
    public override long Unfollowed => Counts.Unfollowed;

    // Read by anyone who has the session, also while the thread that reads it closes it.
    private ViolationCounts Counts
    {
        get
        {
            lock (_closing) return _last ?? _probe.Counts();
        }
    }

    public static EbpfViolationSession Open(SandboxViolationWatch watch)
    {
        using var cgroup = watch.CgroupPath is { } path ? UnifiedCgroup.Open(path) : null;
        var scope = watch.All ? ProbeScope.All : cgroup is not null ? ProbeScope.Cgroup : ProbeScope.Tasks;
        var session = new EbpfViolationSession(watch, ViolationProbe.Open(ViolationErrnos.Options(watch, scope), cgroup));
        try
        {
            if (scope == ProbeScope.Tasks) session.Follow(watch);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private protected override bool Take(List<SandboxViolation> batch, TimeSpan wait)
    {
        // Whether it has ended first: what it did before is in the buffer then.
        var ended = _ends && HaveEnded();
        _batch = batch;
        var count = ReadSome();
        if (count > 0)
        {
            _busy = true;
            return false;
        }

        if (ended || count < 0) return true;
        // In a burst nobody is woken for each record: that would cost those who are watched.
        if (_busy && wait >= Nap) Thread.Sleep(Nap);
        else _probe.Ring.Wait(wait);
        count = ReadSome();
        _busy = count > 0;
        return count < 0;
    }

    // How many there were; -1 once it is closed, by whoever has the session: the memory is gone then.
    private int ReadSome()
    {
        lock (_closing) return _last is null ? _probe.Ring.Read(_handler, Most) : -1;
    }

    private protected override void Close()
    {
        lock (_closing)
        {
            if (_last is not null) return;
            try
            {
                _probe.Detach();
                _last = _probe.Counts();
            }
            finally
            {
                _last ??= default(ViolationCounts);
                _probe.Dispose();
                foreach (var process in _processes) process.Dispose();
            }
        }
    }

    private void Follow(SandboxViolationWatch watch)
    {
        foreach (var id in watch.ProcessIds) _processes.Add(TreeFollower.Open(id));
        TreeFollower.Follow(watch.Sandboxes, watch.ProcessIds, thread => _probe.Follow(thread, fromExec: false));
    }

    private unsafe bool HaveEnded()
    {
        if (!_sandboxes.All(s => s.HasExited)) return false;
        lock (_closing)
        {
            if (_last is not null) return true;
            foreach (var process in _processes)
            {
                var poll = new pollfd { fd = process.Number, events = (short)LibC.POLLIN };
                if (PollEvents.Wait(&poll, 1, 0) == 0) return false;
            }

            return true;
        }
    }
}
