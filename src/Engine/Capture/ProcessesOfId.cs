namespace Sandbox.Capture;

/// <summary>What a file has told by now of the processes that had one id.</summary>
internal sealed class ProcessesOfId
{
    private readonly List<CapturedProcess> _all = [];
    private bool _asked, _ordered;

    /// <summary>Adds one. What comes after a packet counts from there on, instead of what came before that.</summary>
    public void Add(CapturedProcess process)
    {
        if (_asked) _all.Clear();
        _all.Add(process);
        (_asked, _ordered) = (false, false);
    }

    /// <summary>The one that had started last by then; the first where none had.</summary>
    public CapturedProcess At(long time)
    {
        _asked = true;
        if (!_ordered)
        {
            // Keeps those of one start, or without one, as they came. Once for many: files needn't be friendly.
            var ordered = _all.OrderBy(Start).ToArray();
            _all.Clear();
            _all.AddRange(ordered);
            _ordered = true;
        }

        var (from, to) = (0, _all.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (Start(_all[middle]) <= time) from = middle + 1;
            else to = middle;
        }

        return _all[Math.Max(0, from - 1)];
    }

    private static long Start(CapturedProcess process) => process.UnixNanoseconds ?? long.MinValue;
}
