using Sandbox.Runtime;
using Sandbox.Seccomp;

namespace Sandbox.Tracing;

/// <summary>Counts the calls of one traced tree into a file that is whole at every moment.</summary>
internal sealed class SyscallRecorder : ISyscallRecorder
{
    private readonly TraceTable _table = new();
    private readonly string _path;
    private readonly bool _created;
    private long _written;
    private volatile TraceTable[] _others = [];

    /// <summary>Begins with an empty file: a path that can't be written is an error before anything runs.</summary>
    public SyscallRecorder(string path)
    {
        _path = path;
        _created = !File.Exists(path);
        TraceFile.Write(path, []);
    }

    /// <summary>The first failure to write; null where there was none.</summary>
    public SandboxException? Failure { get; private set; }

    public long Total => _table.Total;

    public SyscallCount[] Counts => _table.Counts();

    public void Record(uint auditArchitecture, int number, SeccompDecision decision, ReadOnlySpan<ulong> arguments)
    {
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
        var total = _table.Total;
        if (total == _written) return;
        try
        {
            TraceFile.Write(_path, _table.Counts());
            _written = total;
        }
        catch (SandboxException e)
        {
            Failure ??= e; // the next time may succeed: nothing that was counted is forgotten
        }
    }

    /// <summary>The program was never started: no file of it is left, where there was none before.</summary>
    public void Abandon()
    {
        if (_created) File.Delete(_path);
    }
}
