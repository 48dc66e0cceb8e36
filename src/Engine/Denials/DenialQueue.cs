namespace Sandbox.Denials;

/// <summary>
/// Denials on their way to one consumer. It is bounded, and its producer never waits: beyond the bound, denials of the same call, action
/// and process become one object that counts them. Beyond the bound of those too, one is counted as lost. Thread-safe for
/// producers; one consumer takes.
/// </summary>
internal sealed class DenialQueue(int capacity = DenialQueue.DefaultCapacity, int producers = 1)
{
    public const int DefaultCapacity = 65_536;
    private const int MostKinds = 4096, MostNaps = 4;
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(5);
    private readonly object _gate = new();
    private Queue<SeccompDenial> _items = [];
    private Queue<SeccompDenial> _taken = []; // the consumer's own: it empties it without keeping the producer out
    private readonly Dictionary<(uint Architecture, int Number, string Action, int Process), Repeated> _repeated = [];
    private Repeated? _last;
    private int _open = producers;
    private bool _waiting;
    private int _naps;

    /// <summary>Denials that it was given.</summary>
    public long Received { get; private set; }

    /// <summary>Denials that no object stands for.</summary>
    public long Lost { get; private set; }

    public void Add(SeccompDenial denial)
    {
        lock (_gate)
        {
            Received += denial.Count;
            // Once some are waiting as a count, later ones join them, or they would come before earlier ones.
            if (_items.Count < capacity && _repeated.Count == 0) _items.Enqueue(denial);
            else Aggregate(denial);
            if (_waiting) Monitor.Pulse(_gate);
        }
    }

    /// <summary>One producer will add nothing any more.</summary>
    public void CompleteOne()
    {
        lock (_gate)
        {
            _open--;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>
    /// Waits for denials and takes as many as there are, up to the size of the buffer; 0 where the time is over or, with
    /// <paramref name="ended"/>, where nothing comes any more.
    /// </summary>
    public int Take(SeccompDenial[] buffer, TimeSpan wait, out bool ended)
    {
        if (_taken.Count == 0)
        {
            lock (_gate)
            {
                if (_items.Count == 0 && _repeated.Count == 0 && _open > 0) WaitForSome(wait);
                if (_items.Count == 0 && _repeated.Count > 0) Release();
                (_items, _taken) = (_taken, _items);
                ended = _taken.Count == 0 && _open <= 0;
            }

            if (_taken.Count > 0) _naps = MostNaps;
        }
        else
        {
            ended = false;
        }

        var count = 0;
        while (count < buffer.Length && _taken.TryDequeue(out var denial)) buffer[count++] = denial;
        return count;
    }

    /// <summary>What is waiting, without taking it.</summary>
    public SeccompDenial[] Peek()
    {
        lock (_gate) return [.. _items, .. _repeated.Values.Select(r => r.ToDenial())];
    }

    // Waking a consumer costs the producer, and thereby the target, more than the rest of a denial. In a burst nobody is woken: the
    // consumer comes back by itself.
    private void WaitForSome(TimeSpan wait)
    {
        if (_naps-- > 0 && wait >= Nap)
        {
            Monitor.Exit(_gate);
            Thread.Sleep(Nap);
            Monitor.Enter(_gate);
            return;
        }

        _waiting = true;
        Monitor.Wait(_gate, wait);
        _waiting = false;
    }

    private void Aggregate(SeccompDenial denial)
    {
        if (_last is not { } last || !last.Takes(denial))
        {
            var key = (denial.AuditArchitecture, denial.SyscallNumber, denial.Action, denial.ProcessId);
            if (!_repeated.TryGetValue(key, out last!))
            {
                if (_repeated.Count < MostKinds) last = _repeated[key] = new(denial);
                else Lost += denial.Count;
            }

            _last = last;
        }

        if (last is not null) last.Count += denial.Count;
    }

    private void Release()
    {
        foreach (var repeated in _repeated.Values) _items.Enqueue(repeated.ToDenial());
        _repeated.Clear();
        _last = null;
    }

    private sealed class Repeated(SeccompDenial first)
    {
        public long Count { get; set; }

        public bool Takes(SeccompDenial denial) => first.SyscallNumber == denial.SyscallNumber && first.ProcessId == denial.ProcessId
            && first.AuditArchitecture == denial.AuditArchitecture && first.Action == denial.Action;

        public SeccompDenial ToDenial() => Count == first.Count ? first : first.Times(Count);
    }
}
