using Sandbox.Denials;
using Sandbox.Seccomp;
using Sandbox.Violations;

namespace Sandbox.Tracing;

/// <summary>A recording of a running process, from its start to its stop, into a file that is whole at every moment.</summary>
public sealed class SeccompTrace : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250), Patience = TimeSpan.FromSeconds(2);
    private readonly TraceTable _table;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly SyscallRecorder? _recorder;
    private readonly SeccompDenialSession? _session;
    private readonly SyscallCounter? _counter;
    private readonly RefusedCalls? _refused;
    private readonly Lock _flushing = new();
    private long _written = -1;
    private bool _drained = true;

    private SeccompTrace(string path, SeccompTraceMethod method, string target, SyscallRecorder? recorder, SeccompDenialSession? session, SyscallCounter? counter = null, RefusedCalls? refused = null)
    {
        (Path, Method, Target, _recorder, _session, _counter, _refused) = (path, method, target, recorder, session, counter, refused);
        _table = new(withArguments: recorder is not null);
        Flush();
        recorder?.Attach(_table);
        _thread = new Thread(Run) { Name = "Sandbox.Trace", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>How it is recorded.</summary>
    public SeccompTraceMethod Method { get; }

    /// <summary>What is recorded.</summary>
    public string Target { get; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartTime { get; } = DateTimeOffset.Now;

    /// <summary>When it was stopped; null while it records.</summary>
    public DateTimeOffset? EndTime { get; private set; }

    /// <summary>The calls so far, by architecture and number.</summary>
    public IReadOnlyList<SyscallCount> Counts => _counter is null ? _table.Counts() : TraceMerge.Of([.. _counter.Counts(), .. _refused?.Counts ?? []]);

    /// <summary>How many calls there were.</summary>
    public long Calls => _counter is null ? _table.Total : Counts.Sum(c => c.Count);

    /// <summary>Records that were lost on the way, and calls that weren't counted.</summary>
    public long Lost => _session?.Lost ?? _counter?.Lost ?? 0;

    /// <summary>Whether <see cref="Lost"/> is exact.</summary>
    public bool LossKnown => _drained && (_session?.LossKnown ?? true);

    /// <summary>What kept it from recording or writing; null where nothing did.</summary>
    public SandboxException? Failure { get; private set; }

    /// <summary>Begins to record a process into a file. What can't be recorded or written is an error, and nothing is left of it.</summary>
    public static SeccompTrace Start(HardenedProcess? process, int processId, string path, SeccompTraceMethod method)
    {
        var recorder = process?.Recorder is { Method: SeccompTraceMethod.Notify } notified ? notified : null;
        if (method == SeccompTraceMethod.Auto) method = recorder is null ? SeccompTraceMethod.Log : SeccompTraceMethod.Notify;
        var target = process?.ToString() ?? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"process {processId}");
        if (method == SeccompTraceMethod.Notify)
        {
            return recorder is null
                ? throw new SandboxException("StartSeccompTrace,NOT_TRACED", SandboxErrorKind.InvalidOperation, $"{target} was not started with a filter that tells of every call, and none can be added to a running process.", "Start it with Start-HardenedProcess -Trace.")
                : new(path, method, target, recorder, null);
        }

        if (method == SeccompTraceMethod.Ebpf) return Count(process, processId, path, target);
        var watch = new SeccompDenialWatch { Process = process, ProcessId = processId };
        var session = DenialSessions.OpenLog(watch);
        try
        {
            return new(path, method, target, null, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static SeccompTrace Count(HardenedProcess? process, int processId, string path, string target)
    {
        if (process is null) TreeFollower.Open(processId).Dispose();
        var counter = new SyscallCounter();
        try
        {
            var refused = process?.DenialHub is { } hub ? new RefusedCalls(hub) : null;
            TreeFollower.Follow(process is null ? [] : [process], process is null ? [processId] : [], thread => counter.Follow(thread, fromExec: false));
            return new(path, SeccompTraceMethod.Ebpf, target, null, null, counter, refused);
        }
        catch
        {
            counter.Dispose();
            throw;
        }
    }

    /// <summary>Ends it; the file holds everything that was counted.</summary>
    public void Stop()
    {
        if (EndTime is not null) return;
        // What happened before the stop may still be on its way.
        if (_session is { IsOver: false, Failure: null } running) _drained = running.Drain(Patience);
        _stop.Cancel();
        _thread.Join();
        _recorder?.Detach(_table);
        if (_session is { Failure: null } left) TakeRest(left);
        _session?.Dispose();
        _counter?.Dispose();
        Flush();
        EndTime = DateTimeOffset.Now;
        if (Failure is { } failure) throw failure;
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        try
        {
            Stop();
        }
        catch (SandboxException)
        {
            // Failure says it.
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Target}: {Calls} calls into {Path}";

    private void Run()
    {
        try
        {
            if (_session is null)
            {
                while (!_stop.Token.WaitHandle.WaitOne(Interval)) TryFlush();
            }
            else
            {
                Pump(_session);
            }
        }
        catch (SandboxException e)
        {
            Failure ??= e;
        }
    }

    private void Pump(SeccompDenialSession session)
    {
        while (!_stop.IsCancellationRequested && !session.IsOver)
        {
            Take(session, Interval, _stop.Token);
            TryFlush();
        }
    }

    // Everything that is here by now, which may be more than one reading without a wait hands over.
    private void TakeRest(SeccompDenialSession session)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var before = -1L; before != session.Delivered && clock.Elapsed < Patience;)
        {
            before = session.Delivered;
            Take(session, TimeSpan.Zero, CancellationToken.None);
        }
    }

    private void Take(SeccompDenialSession session, TimeSpan time, CancellationToken cancellation)
    {
        foreach (var denial in session.Read(time, cancellation).Where(d => !d.IsLandlock))
        {
            for (var i = 0L; i < denial.Count; i++) _table.Record(denial.AuditArchitecture, denial.SyscallNumber, Decision(denial.Action), []);
        }
    }

    // The kernel's records tell the action without the errno.
    private static SeccompDecision Decision(string action) => Enum.TryParse<SeccompAction>(action, out var known) ? new(known) : new(SeccompAction.Errno, Native.Errno.EPERM);

    private void TryFlush()
    {
        try
        {
            Flush();
        }
        catch (SandboxException e)
        {
            Failure ??= e; // what was counted stays, and the next time may succeed
        }
    }

    private void Flush()
    {
        lock (_flushing)
        {
            var counts = Counts;
            var total = counts.Sum(c => c.Count);
            if (total == _written) return;
            TraceFile.Write(Path, counts);
            _written = total;
        }
    }
}
