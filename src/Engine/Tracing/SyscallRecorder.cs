using Sandbox.Native;
using Sandbox.Runtime;
using Sandbox.Seccomp;

namespace Sandbox.Tracing;

/// <summary>
/// Counts the calls of one traced tree into a file that is whole at every moment. With a counter in the kernel it counts here only what
/// the policy refuses, which doesn't come as far as that.
/// </summary>
internal sealed class SyscallRecorder : ISyscallRecorder
{
    private readonly TraceTable _table = new();
    private readonly string _path;
    private readonly bool _created;
    private readonly SyscallCounter? _counter;
    private long _written;
    private volatile TraceTable[] _others = [];

    /// <summary>Begins with an empty file: a path that can't be written is an error before anything runs.</summary>
    public SyscallRecorder(string path, SeccompTraceMethod method = SeccompTraceMethod.Notify)
    {
        _path = path;
        Method = method;
        _counter = method == SeccompTraceMethod.Ebpf ? new() : null;
        _created = !File.Exists(path);
        try
        {
            TraceFile.Write(path, []);
        }
        catch
        {
            _counter?.Dispose();
            throw;
        }
    }

    /// <summary>The first failure to write; null where there was none.</summary>
    public SandboxException? Failure { get; private set; }

    /// <summary>How it counts.</summary>
    public SeccompTraceMethod Method { get; }

    /// <summary>Calls that weren't counted.</summary>
    public long Lost => _counter?.Lost ?? 0;

    public SyscallCount[] Counts => _counter is null ? _table.Counts() : TraceMerge.Of([.. _counter.Counts(), .. _table.Counts()]);

    public void Record(uint auditArchitecture, int number, SeccompDecision decision, ReadOnlySpan<ulong> arguments)
    {
        if (_counter is not null && decision.Passes) return; // the kernel's side counts it
        _table.Record(auditArchitecture, number, decision, arguments);
        foreach (var other in _others) other.Record(auditArchitecture, number, decision, arguments);
    }

    /// <summary>Counts into another table too, from now on.</summary>
    public void Attach(TraceTable table)
    {
        lock (_table) _others = [.. _others, table];
    }

    public void Detach(TraceTable table)
    {
        lock (_table) _others = [.. _others.Where(t => t != table)];
    }

    /// <summary>Writes what has been counted, if anything has since the last time.</summary>
    public void Flush()
    {
        var counts = Counts;
        var total = counts.Sum(c => c.Count);
        if (total == _written) return;
        try
        {
            TraceFile.Write(_path, counts);
            _written = total;
        }
        catch (SandboxException e)
        {
            Failure ??= e; // the next time may succeed: nothing that was counted is forgotten
        }
    }

    /// <summary>Counts a process from the program on that it executes next, where the kernel counts.</summary>
    public void Follow(int process)
    {
        if (_counter?.Follow(process, fromExec: true) == false) throw new ErrnoException("pidfd_open", Errno.ESRCH, "the target has ended before its program began");
    }

    /// <summary>The target has ended: the file has everything.</summary>
    public void Complete()
    {
        _counter?.Dispose();
        Flush();
    }

    /// <summary>The program was never started: no file of it is left, where there was none before.</summary>
    public void Abandon()
    {
        _counter?.Dispose();
        if (_created) File.Delete(_path);
    }
}
