using System.Diagnostics.CodeAnalysis;

namespace Sandbox.Runtime;

/// <summary>Lines on their way to one consumer.</summary>
internal sealed class OutputQueue(int streams)
{
    /// <summary>Above this many lines the pipes are not read.</summary>
    public const int High = 8192;

    private readonly Queue<OutputLine> _lines = [];
    private int _open = streams;

    /// <summary>Called, outside any lock of the queue, when it has become short again.</summary>
    public Action? Drained { get; set; }

    public bool Full
    {
        get
        {
            lock (_lines) return _lines.Count >= High;
        }
    }

    public void Add(OutputLine line)
    {
        lock (_lines)
        {
            _lines.Enqueue(line);
            Monitor.PulseAll(_lines);
        }
    }

    public void CompleteOne()
    {
        lock (_lines)
        {
            _open--;
            Monitor.PulseAll(_lines);
        }
    }

    /// <summary>The next line; false when the wait is over. <paramref name="ended"/> tells whether more can come.</summary>
    public bool TryTake(TimeSpan wait, [NotNullWhen(true)] out OutputLine? line, out bool ended)
    {
        bool drained;
        lock (_lines)
        {
            if (_lines.Count == 0 && _open > 0) Monitor.Wait(_lines, wait);
            var taken = _lines.TryDequeue(out line);
            ended = !taken && _open <= 0;
            drained = taken && _lines.Count == High / 2;
        }

        if (drained) Drained?.Invoke();
        return line is not null;
    }
}
