using Sandbox.Bpf;
using Sandbox.Native;
using Sandbox.Violations.Probes;

namespace Sandbox.Violations;

/// <summary>Keeps the violations of one hardened process, from its first instruction on; a thread of its own reads them.</summary>
internal sealed class ViolationRecorder
{
    /// <summary>So many are kept; more are counted.</summary>
    public const int MostKept = 65_536;

    private const int Batch = 1024;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50), Nap = TimeSpan.FromMilliseconds(1);
    private readonly ViolationProbe _probe;
    private readonly Lock _lock = new(), _closing = new();
    private readonly List<SandboxViolation> _kept = [];
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _over = new();
    private readonly BpfRingBuffer.RecordHandler _handler;
    private ViolationMaker _maker = new([], exclusive: false);
    private volatile bool _complete;
    private volatile SandboxException? _failure;
    private long _notKept;
    private bool _begun;
    private ViolationCounts? _last;

    public ViolationRecorder()
    {
        _probe = ViolationProbe.Open(ViolationErrnos.Options(new(), ProbeScope.Tasks));
        _handler = Keep;
        _thread = new Thread(Run) { Name = "Sandbox.Violations", IsBackground = true };
    }

    /// <summary>Violations beyond <see cref="MostKept"/>: they are counted and not kept.</summary>
    public long NotKept
    {
        get
        {
            lock (_lock) return _notKept;
        }
    }

    /// <summary>What broke it; null where nothing did. Of a process that has ended, it is known once everything was read.</summary>
    public SandboxException? Failure
    {
        get
        {
            if (_complete) _over.Wait();
            return _failure;
        }
    }

    public ViolationCounts Counts
    {
        get
        {
            lock (_closing) return _last ?? _probe.Counts();
        }
    }

    /// <summary>Whether all of them are here: the process has ended and everything was read.</summary>
    public bool IsOver => _over.IsSet;

    /// <summary>What the process sees, for the causes of calls whose callers have ended; null before it is followed and once all is read.</summary>
    public TargetSnapshot? Snapshot { get; private set; }

    /// <summary>Follows a process from the program on that it executes next.</summary>
    public void Follow(int process)
    {
        Snapshot = TargetSnapshot.TryTake(process);
        if (!_probe.Follow(process, fromExec: true)) throw new ErrnoException("pidfd_open", Errno.ESRCH, "the target has ended before its program began");
    }

    /// <summary>Begins to read.</summary>
    public void Begin(HardenedProcess sandbox)
    {
        _maker = new([sandbox], exclusive: true);
        _begun = true;
        _thread.Start();
    }

    /// <summary>The process has ended.</summary>
    public void Complete() => _complete = true;

    /// <summary>The launch failed: where nothing reads, nothing ends it later.</summary>
    public void Abandon()
    {
        if (_begun) return;
        _probe.Dispose();
        LetGo();
    }

    /// <summary>All from this index on; of a process that has ended, once they all are here.</summary>
    public SandboxViolation[] From(int index)
    {
        if (_complete) _over.Wait();
        return Kept(index);
    }

    /// <summary>Those of them that are kept by now; it waits for nothing.</summary>
    public SandboxViolation[] Kept(int index)
    {
        lock (_lock) return index >= _kept.Count ? [] : [.. _kept[index..]];
    }

    private void Keep(ReadOnlySpan<byte> record)
    {
        if (_maker.Make(record) is not { } violation) return;
        lock (_lock)
        {
            if (_kept.Count < MostKept) _kept.Add(violation);
            else _notKept++;
        }
    }

    private void Run()
    {
        try
        {
            var busy = false;
            for (;;)
            {
                var complete = _complete;
                if (_probe.Ring.Read(_handler, Batch) > 0)
                {
                    busy = true;
                    continue;
                }

                if (complete) break;
                if (busy) Thread.Sleep(Nap);
                else _probe.Ring.Wait(Step);
                busy = false;
            }
        }
        catch (SandboxException e)
        {
            _failure = e;
        }
        catch (Exception e)
        {
            // An exception must not end the process; what is missing then is said.
            _failure = new("RecordViolation,FAILED", SandboxErrorKind.NotSpecified, $"The recording of violations broke: {e.Message}", "Report it with the message.", e);
        }
        finally
        {
            lock (_closing)
            {
                _probe.Detach();
                _last = _probe.Counts();
                _probe.Dispose();
            }

            LetGo();
            _over.Set();
        }
    }

    // It keeps the sandbox's mounts, and with them the host's file systems, in use.
    private void LetGo()
    {
        Snapshot?.Dispose();
        Snapshot = null;
    }
}
