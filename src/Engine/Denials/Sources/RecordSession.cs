using System.Collections.Concurrent;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Denials;

/// <summary>
/// What the two sources of the kernel's records share: a thread that reads, selects by a scope and hands over; the count of what was
/// lost, by serials; the canary at the beginning and at the end.
/// </summary>
internal abstract class RecordSession : SeccompDenialSession
{
    private const int BatchesBetweenLooks = 16, FinalMilliseconds = 25;
    private static readonly TimeSpan CanaryPatience = TimeSpan.FromSeconds(1);
    private readonly ProcessScope _scope;
    private readonly Thread _thread;
    private readonly FileDescriptor _wake;
    private readonly ConcurrentDictionary<ulong, SourceMark> _marks = new();
    private readonly LandlockEvents _landlock;
    private SourceMark? _endMark;
    private Thread? _endThread;
    private long _endBy;
    private long _malformed;
    private volatile bool _stopping;
    private volatile bool _over;
    private volatile SandboxException? _failure;
    private volatile string _scopeDetail;

    private protected RecordSession(ProcessScope scope, string threadName)
    {
        _scope = scope;
        _scopeDetail = scope.Detail;
        _wake = new(Check.Result("eventfd", LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK)));
        _landlock = new(scope, Source, Queue.Add);
        _thread = new(Run) { Name = threadName, IsBackground = true };
    }

    /// <inheritdoc/>
    public override long Received => Queue.Received;

    /// <inheritdoc/>
    public override long Lost => Gaps.Missing(Environment.TickCount64, all: _over && RanOverLately) + Queue.Lost + LostElsewhere;

    /// <inheritdoc/>
    public override SandboxException? Failure => _failure;

    /// <inheritdoc/>
    public override string Detail => string.Join("; ", new[] { SourceDetail, _scopeDetail, LoggedOnly, LoggedActions.Missing(), Unread, Unattributed }.Where(d => d is not null));

    /// <summary>Records that aren't understood.</summary>
    public long Malformed => Interlocked.Read(ref _malformed);

    private protected DenialQueue Queue { get; } = new();

    private protected SerialGaps Gaps { get; } = new();

    private protected abstract FileDescriptor Input { get; }

    private protected abstract string SourceDetail { get; }

    /// <summary>What is known to be lost but for missing serials.</summary>
    private protected abstract long LostElsewhere { get; }

    /// <summary>
    /// Whether a serial that is missing for a short time is lost. Otherwise its record is being made: of a process that was preempted
    /// meanwhile.
    /// </summary>
    private protected abstract bool RanOverLately { get; }

    /// <summary>How long the last canary may take when what is watched has ended.</summary>
    private protected abstract TimeSpan EndPatience { get; }

    private const string LoggedOnly = "errno, trap, trace and notify are logged only where the filter was installed with SECCOMP_FILTER_FLAG_LOG";

    private string? Unread => Malformed is > 0 and var count ? $"{count} records weren't understood" : null;

    private string? Unattributed => _landlock.Unattributed is > 0 and var count ? $"{count} denials of Landlock whose process no record tells" : null;

    /// <summary>
    /// Waits until everything that happened before this call has been taken in: a denial of our own follows it through the source.
    /// False where that can't be told within the time.
    /// </summary>
    internal override bool Drain(TimeSpan bound)
    {
        using var mark = NewMark();
        mark.Send();
        var arrived = !mark.CannotArrive && mark.Wait(bound);
        _marks.TryRemove(mark.Canary.Id, out _);
        return arrived;
    }

    /// <summary>Starts the thread and proves that the source receives; whatever keeps it from doing so is an error, and nothing is left.</summary>
    private protected void Begin()
    {
        _thread.Start();
        try
        {
            Prove();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Starts the thread without a proof, behind a serial.</summary>
    private protected void BeginAt(uint serial)
    {
        Gaps.Start(serial);
        _thread.Start();
    }

    /// <summary>Reads some of what has come; false where nothing has. On the thread.</summary>
    private protected abstract bool ReadSome();

    /// <summary>Every 250 ms and at the end, on the thread.</summary>
    private protected abstract void Periodically(bool last);

    /// <summary>Why nothing arrives.</summary>
    private protected abstract SandboxException Silent();

    private protected abstract void CloseSource();

    private protected sealed override int Take(SeccompDenial[] buffer, TimeSpan wait, out bool ended)
    {
        var count = Queue.Take(buffer, wait, out ended);
        for (var i = 0; i < count; i++) buffer[i].SandboxId = _scope.SandboxId;
        return count;
    }

    private protected sealed override void Close()
    {
        _stopping = true;
        Wake();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted)) Queue.CompleteOne();
        else _thread.Join();
        _endThread?.Join(CanaryPatience);
        CloseSource();
        _scope.Dispose();
        _wake.Dispose();
    }

    /// <summary>Events of processes, so that records which were received before are matched by what happened before them.</summary>
    private protected void CatchUp() => _scope.TakeEvents();

    /// <summary>One record: whatever is in it, no exception.</summary>
    private protected void OnRecord(int type, ReadOnlySpan<byte> text)
    {
        if (!AuditRecordHead.TryParse(text, out var head))
        {
            Interlocked.Increment(ref _malformed);
            return;
        }

        var now = Environment.TickCount64;
        if (type == SeccompLogRecord.Type)
        {
            if (!SeccompLogRecord.TryParse(head, text, out var record)) CountMalformed(head, now);
            else if (!IsMark(record, head) && Gaps.See(head.Serial, now) && _scope.Match(record.ProcessId, record.UtcTime) is { } rule) Queue.Add(record.ToDenial(rule, Source));
        }
        else if (Gaps.See(head.Serial, now) && LandlockEvents.Concerns(type) && !_landlock.Take(type, head, text, now))
        {
            Interlocked.Increment(ref _malformed);
        }
    }

    private void CountMalformed(in AuditRecordHead head, long now)
    {
        Gaps.See(head.Serial, now);
        Interlocked.Increment(ref _malformed);
    }

    // Ours isn't reported by any session of this process.
    private bool IsMark(in SeccompLogRecord record, in AuditRecordHead head)
    {
        if (!DenialCanary.IsOne(record.RawComm, out var id)) return false;
        if (_marks.TryGetValue(id, out var mark))
        {
            // Watching begins with the first: what is older isn't of this session.
            if (!Gaps.IsStarted) Gaps.Start(head.Serial);
            Gaps.See(head.Serial, Environment.TickCount64);
            mark.Arrive(record.ProcessId);
        }
        else
        {
            Gaps.See(head.Serial, Environment.TickCount64);
        }

        return true;
    }

    private SourceMark NewMark()
    {
        var mark = new SourceMark();
        _marks[mark.Canary.Id] = mark;
        return mark;
    }

    private void Prove()
    {
        using var mark = NewMark();
        mark.Send();
        try
        {
            if (mark.Error is { } error) throw error;
            if (mark.Failure is { } failure)
                throw new SandboxException("WatchSeccompDenial,CANARY", SandboxErrorKind.InvalidOperation, $"The source can't be checked by a denial of our own: {failure.Text}.", "Test-SandboxSupport seccomp_log tells more.");
            if (!mark.Wait(CanaryPatience)) throw _failure ?? Silent();
            if (mark.RecordedPid != mark.Canary.ProcessId && !_scope.WatchesAll)
                throw new SandboxException("WatchSeccompDenial,OTHER_PID_NAMESPACE", SandboxErrorKind.InvalidOperation, $"The kernel's records name our process {mark.Canary.ProcessId} by the pid {mark.RecordedPid}: this is another pid namespace.", "Run outside of the container, watch all processes, or use -Source Notify.");
        }
        finally
        {
            _marks.TryRemove(mark.Canary.Id, out _);
        }
    }

    private void Run()
    {
        try
        {
            var refreshed = 0L;
            while (!_stopping && !HasEnded())
            {
                var now = Environment.TickCount64;
                if (now - refreshed >= _scope.NextRefresh)
                {
                    _scope.Refresh();
                    _scopeDetail = _scope.Detail;
                    Periodically(last: false);
                    refreshed = Environment.TickCount64;
                }

                _landlock.Flush(now);
                Wait(Math.Min(_scope.NextRefresh, _landlock.IsPending ? LandlockEvents.WaitMilliseconds : ProcessScope.RefreshMilliseconds));
                for (var i = 0; i < BatchesBetweenLooks && !_stopping && ReadSome(); i++)
                {
                }

                CatchUp();
            }

            for (var end = Environment.TickCount64 + FinalMilliseconds; Environment.TickCount64 < end && ReadSome();)
            {
            }

            _landlock.Flush(0, all: true);
            Periodically(last: true);
        }
        catch (SandboxException e)
        {
            _failure = e;
        }
        catch (Exception e) // the boundary of the thread: what is wrong is told by the session
        {
            _failure = new("WatchSeccompDenial,SOURCE_FAILED", SandboxErrorKind.NotSpecified, $"The source {Source} broke: {e.Message}", "Watch again; what came before is complete.", e);
        }
        finally
        {
            _over = true;
            Queue.CompleteOne();
        }
    }

    // When what is watched has ended, its last records may still be on their way: a canary tells when they have come.
    private bool HasEnded()
    {
        if (_endMark is null)
        {
            if (!_scope.HasEnded || !Gaps.IsStarted) return false;
            _endMark = NewMark();
            _endBy = Environment.TickCount64 + (long)EndPatience.TotalMilliseconds;
            _endThread = new(_endMark.Send) { Name = "Sandbox.Canary", IsBackground = true };
            _endThread.Start();
        }

        var now = Environment.TickCount64;
        return _endMark.CannotArrive || now >= _endBy || (_endMark.HasArrived && Gaps.Missing(now, all: true) == Gaps.Missing(now, all: false));
    }

    private unsafe void Wait(int milliseconds)
    {
        var polls = stackalloc pollfd[3];
        polls[0] = new() { fd = _wake.Number, events = (short)LibC.POLLIN };
        polls[1] = new() { fd = Input.Number, events = (short)LibC.POLLIN };
        polls[2] = new() { fd = _scope.Events?.Number ?? -1, events = (short)LibC.POLLIN };
        PollEvents.Wait(polls, 3, milliseconds);
    }

    private unsafe void Wake()
    {
        ulong one = 1;
        _ = LibC.write(_wake.Number, &one, 8);
    }
}
