namespace Sandbox.Capture;

/// <summary>Which socket had one flow when. Times are nanoseconds since 1970.</summary>
internal sealed class FlowHistory
{
    private const int Most = 64;

    // How long after its capture a packet may reach the socket, at most; longer, and its socket isn't found.
    private const long Delay = 10_000_000;
    private readonly List<Entry> _entries = [];

    /// <summary>Adds a socket.</summary>
    /// <param name="time">From when on it has the flow.</param>
    /// <param name="socket">The socket.</param>
    /// <param name="listens">Whether it has connections that are yet to come.</param>
    /// <param name="identity">What names the packet that it received first; null where it wasn't one that it received.</param>
    public void Add(long time, SocketHistory socket, bool listens, uint? identity)
    {
        var at = _entries.Count;
        while (at > 0 && _entries[at - 1].Time > time) at--;
        _entries.Insert(at, new(time, socket, listens, identity));
        if (_entries.Count > Most) _entries.RemoveAt(0);
    }

    /// <summary>Which had it when a packet was sent.</summary>
    public SocketHistory? Sender(long time) => Before(time) is var at and >= 0 ? _entries[at].Socket : null;

    /// <summary>Which had it when a packet came.</summary>
    /// <param name="time">When it was captured, before it reached the socket.</param>
    /// <param name="identity">What names it.</param>
    /// <param name="begins">Whether it asks for a connection: no connection that is there has it then.</param>
    public SocketHistory? Receiver(long time, uint identity, bool begins)
    {
        var at = Before(time);
        // TCP's own time stamps give way to others only behind the capture (net/ipv4/ip_input.c, skb_clear_delivery_time): the first packet that
        // a socket got is told with a time when it was on its way to it.
        if (at + 1 < _entries.Count && _entries[at + 1] is { Identity: { } first } next && first == identity && next.Time - time < Delay)
        {
            _entries[at + 1] = next with { Time = time };
            at++;
        }

        return at >= 0 && (_entries[at].Listens || !begins) ? _entries[at].Socket : null;
    }

    private int Before(long time)
    {
        var at = _entries.Count - 1;
        while (at >= 0 && _entries[at].Time > time) at--;
        return at;
    }

    private readonly record struct Entry(long Time, SocketHistory Socket, bool Listens, uint? Identity);
}
