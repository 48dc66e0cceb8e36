namespace Sandbox.Denials;

/// <summary>
/// Counts the records that didn't come by the serials that did (kernel/audit.c, audit_serial). Several records of one event share one;
/// records of different processors may arrive out of order, so a serial is missing only once it has been for a while, and one that comes
/// later still is taken off again. Thread-safe.
/// </summary>
internal sealed class SerialGaps
{
    /// <summary>How late a record may be. A process can be preempted between the start and the end of its record.</summary>
    public const int SettleMilliseconds = 500;

    private const int MostGaps = 4096;
    private readonly Lock _lock = new();
    private readonly List<(long From, long To, long Since)> _gaps = [];
    private long _forgotten;
    private long _first;
    private long _next = -1;

    /// <summary>Begins behind a serial: that one and what is older belongs to before.</summary>
    public void Start(uint serial)
    {
        lock (_lock)
        {
            _gaps.Clear();
            _forgotten = 0;
            _first = _next = serial + 1L;
        }
    }

    public bool IsStarted
    {
        get
        {
            lock (_lock) return _next >= 0;
        }
    }

    /// <summary>A record came; false where it is from before the start.</summary>
    public bool See(uint serial, long milliseconds)
    {
        lock (_lock)
        {
            if (_next < 0) return false;
            // 32 bits of a longer count: the nearest number is meant.
            var number = _next + unchecked((int)(serial - (uint)_next));
            if (number >= _next)
            {
                if (number > _next) _gaps.Add((_next, number - 1, milliseconds));
                _next = number + 1;
                if (_gaps.Count > MostGaps) Forget();
                return true;
            }

            if (number < _first) return false;
            Fill(number);
            return true;
        }
    }

    /// <summary>The serials that are missing at a time; with <paramref name="all"/>, also those that may still come.</summary>
    public long Missing(long milliseconds, bool all)
    {
        lock (_lock)
        {
            var count = _forgotten;
            foreach (var (from, to, since) in _gaps)
            {
                if (!all && milliseconds - since < SettleMilliseconds) break;
                count += to - from + 1;
            }

            return count;
        }
    }

    // The one that a serial out of order belongs to becomes smaller, or two.
    private void Fill(long number)
    {
        for (var i = _gaps.Count - 1; i >= 0; i--)
        {
            var (from, to, since) = _gaps[i];
            if (number > to) return; // seen already: another record of its event
            if (number < from) continue;
            _gaps.RemoveAt(i);
            if (number < to) _gaps.Insert(i, (number + 1, to, since));
            if (from < number) _gaps.Insert(i, (from, number - 1, since));
            return;
        }
    }

    private void Forget()
    {
        for (var i = 0; i < MostGaps / 2; i++) _forgotten += _gaps[i].To - _gaps[i].From + 1;
        _gaps.RemoveRange(0, MostGaps / 2);
    }
}
