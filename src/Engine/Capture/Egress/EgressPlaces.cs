using System.Net;
using Sandbox.Network;

namespace Sandbox.Capture;

/// <summary>
/// What NAT has made of a sandbox's flows, as the kernel tells it. A flow comes into the kernel's table when its first packet leaves, after
/// the capture has seen it: the packets wait until that must have happened. For the capture's thread.
/// </summary>
internal sealed class EgressPlaces : IDisposable
{
    // From the packet's time to the flow's being told: microseconds, unless the processors are busy.
    private const int Soon = 5, Surely = 80;

    // Packets of a flow that is gone may still wait in the ring.
    private const long Remembered = 10_000_000_000;
    private readonly ConnectionTable _table = new();
    private readonly UInt128? _four, _six;
    private readonly Dictionary<EgressFlow, EgressPlace> _places = [];
    private readonly Dictionary<(EgressPlace Place, EgressFlow Flow), EgressFlow> _flows = [];
    private readonly Dictionary<EgressFlow, long> _leaving = [];
    private readonly Queue<(long Time, EgressFlow Flow)> _gone = new();
    private readonly List<NatTranslation> _changes = [];
    private long _refreshed;

    /// <summary>Opened in the caller's network namespace, where the NAT is.</summary>
    /// <param name="four">The sandbox's IPv4 address.</param>
    /// <param name="six">Its IPv6 address.</param>
    public EgressPlaces(IPAddress? four, IPAddress? six)
    {
        _four = four is null ? null : PacketTuple.Number(four);
        _six = six is null ? null : PacketTuple.Number(six);
        try
        {
            foreach (var connection in _table.All()) Learn(connection);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The host's end of a flow; null where none left the host.</summary>
    /// <param name="flow">The flow, with the sandbox's port.</param>
    /// <param name="time">When its packet passed, in nanoseconds since 1970.</param>
    public EgressPlace? Find(in EgressFlow flow, long time)
    {
        Await(time, Soon);
        if (IsThere(flow, time)) return _places[flow];
        Await(time, Surely);
        return IsThere(flow, time) ? _places[flow] : null;
    }

    /// <summary>The sandbox's end of a flow of the host's; null where it is none of the sandbox's.</summary>
    public EgressPlace? Inside(in EgressPlace place, in EgressFlow flow, long time)
    {
        Await(time, Soon);
        if (!_flows.TryGetValue((place, flow), out var inside) || !IsThere(inside, time))
        {
            Await(time, Surely);
            if (!_flows.TryGetValue((place, flow), out inside) || !IsThere(inside, time)) return null;
        }

        return new((flow.Six ? _six : _four)!.Value, inside.Port);
    }

    public void Dispose() => _table.Dispose();

    private bool IsThere(in EgressFlow flow, long time) => _places.ContainsKey(flow) && !(_leaving.TryGetValue(flow, out var gone) && time > gone);

    // Until what the kernel told in so many milliseconds after the packet is known.
    private void Await(long time, int milliseconds)
    {
        var due = time + (milliseconds * 1_000_000L);
        var now = PacketTime.Of(DateTimeOffset.UtcNow);
        if (_refreshed > now) _refreshed = 0; // the clock was set back
        if (_refreshed >= due) return;
        if (now < due) Thread.Sleep((int)Math.Clamp((due - now + 999_999) / 1_000_000, 1, milliseconds));
        Refresh(PacketTime.Of(DateTimeOffset.UtcNow));
    }

    private void Refresh(long now)
    {
        _changes.Clear();
        var whole = _table.Take(_changes);
        _refreshed = now;
        foreach (var change in _changes) Learn(change);
        if (!whole) LearnAll();
        while (_gone.TryPeek(out var old) && now - old.Time > Remembered)
        {
            _gone.Dequeue();
            if (_leaving.TryGetValue(old.Flow, out var since) && since == old.Time && _leaving.Remove(old.Flow) && _places.Remove(old.Flow, out var place)) _flows.Remove((place, Outside(old.Flow, place)));
        }
    }

    // Some changes were lost: what isn't there any more has gone meanwhile.
    private void LearnAll()
    {
        var former = _places.Keys.ToHashSet();
        foreach (var connection in _table.All())
        {
            if (Learn(connection) is { } flow) former.Remove(flow);
        }

        foreach (var flow in former) Forget(flow);
    }

    private void Forget(in EgressFlow flow)
    {
        if (_leaving.TryAdd(flow, _refreshed)) _gone.Enqueue((_refreshed, flow));
    }

    // The flow that it is of; null where it is none of the sandbox's, or stays on the host.
    private EgressFlow? Learn(in NatTranslation connection)
    {
        if ((connection.Six ? _six : _four) is not { } sandbox) return null;
        var (original, reply) = (connection.Original, connection.Reply);
        EgressFlow flow;
        EgressPlace place;
        if (original.Source == sandbox)
        {
            flow = new(connection.Six, connection.Protocol, original.SourcePort, original.Destination, IsEcho(connection.Protocol) ? (ushort)0 : original.DestinationPort);
            place = new(reply.Destination, reply.DestinationPort);
        }
        else if (reply.Source == sandbox)
        {
            flow = new(connection.Six, connection.Protocol, reply.SourcePort, reply.Destination, IsEcho(connection.Protocol) ? (ushort)0 : reply.DestinationPort);
            place = new(original.Destination, original.DestinationPort);
        }
        else
        {
            return null;
        }

        // What the host itself talks with stays on it, whatever its address.
        if (place.Address == sandbox || place.Address == flow.Remote || IsLoopback(connection.Six, place.Address)) return null;
        if (connection.Gone)
        {
            if (_places.TryGetValue(flow, out var known) && known == place) Forget(flow);
            return flow;
        }

        if (_places.TryGetValue(flow, out var former)) _flows.Remove((former, Outside(flow, former)));
        _leaving.Remove(flow);
        _places[flow] = place;
        _flows[(place, Outside(flow, place))] = flow;
        return flow;
    }

    private static EgressFlow Outside(in EgressFlow flow, in EgressPlace place) => flow with { Port = place.Port };

    private static bool IsEcho(byte protocol) => protocol is 1 or 58;

    private static bool IsLoopback(bool six, UInt128 address) => six ? address == 1 : (byte)(address >> 24) == 127;
}
