using System.Runtime.InteropServices;

namespace Sandbox.Capture;

/// <summary>What the events of the owner probes tell, in the order of time: whose a packet of any recent time is.</summary>
internal sealed class OwnerTable
{
    private const int MostFlows = 131_072, MostSockets = 65_536, MostNames = 4096;

    // So long after its descriptor's end the kernel still speaks for a connection (RFC 9293, TIME-WAIT).
    private const long Linger = 120_000_000_000;
    private readonly RecentTable<PacketTuple, FlowHistory> _flows = new(MostFlows);
    private readonly RecentTable<ulong, SocketHistory> _sockets = new(MostSockets);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private long _from = long.MinValue;

    /// <summary>Takes an event.</summary>
    /// <param name="told">The event.</param>
    /// <param name="ahead">How far CLOCK_TAI is ahead of CLOCK_REALTIME.</param>
    public void Take(in OwnerEvent told, long ahead)
    {
        var time = told.Time - ahead;
        var socket = Socket(told.Cookie);
        switch (told.Kind)
        {
            case OwnerEventKind.FlowOut or OwnerEventKind.FlowIn or OwnerEventKind.FlowBegin:
                if (told.Kind == OwnerEventKind.FlowIn && told.Stamp != 0) time = told.Stamp;
                if (told.Actor.Process != 0 && !socket.HasOwner) socket.Add(time, OwnerEventKind.Use, Owner(told));
                var tuple = told.Flow;
                if (_flows.Find(tuple) is not { } flow) _flows.Set(tuple, flow = new());
                // Of datagrams the time is exact, and what is there of a checksum may be the same in all of them.
                flow.Add(time, socket, told.Listens != 0, told.Kind == OwnerEventKind.FlowIn && tuple.Protocol == PacketTuple.Tcp ? told.Identity : null);
                break;
            case OwnerEventKind.Release:
                socket.Released = time;
                break;
            default:
                socket.Add(time, told.Kind, Owner(told));
                break;
        }
    }

    /// <summary>Takes an owner that was found otherwise, where none is known.</summary>
    public void Assume(ulong cookie, long time, in SocketOwner owner)
    {
        var socket = Socket(cookie);
        if (!socket.HasOwner) socket.Add(time, OwnerEventKind.Use, owner);
    }

    /// <summary>Forgets everything: events are missing. Nothing is known of times before this one.</summary>
    public void Forget(long time)
    {
        _flows.Clear();
        _sockets.Clear();
        _from = time;
    }

    /// <summary>Whose a packet is: who sent it where that socket is here, else who receives it.</summary>
    /// <param name="tuple">From where to where it goes.</param>
    /// <param name="segment">Its transport's header.</param>
    /// <param name="time">When it passed.</param>
    /// <param name="certain">Whether no event that is yet to come could change the answer.</param>
    public SocketOwner? Find(in PacketTuple tuple, ReadOnlySpan<byte> segment, long time, out bool certain)
    {
        certain = true;
        if (time < _from || segment.Length < 8) return null;
        // Who sends is told before the packet passes.
        if (_flows.Find(tuple)?.Sender(time) is { } sender) return sender.At(time, received: false);
        certain = false;
        var begins = tuple.Protocol == PacketTuple.Tcp && segment.Length > 13 && (segment[13] & 0x12) == 2; // SYN without ACK
        if (_flows.Find(tuple.Reversed)?.Receiver(time, MemoryMarshal.Read<uint>(segment[4..]), begins) is not { } receiver) return null;
        if (time <= receiver.Released) certain = true;
        else if (tuple.Protocol != PacketTuple.Tcp || time - receiver.Released > Linger) return null;
        var owner = receiver.At(time, received: true);
        certain &= owner is not null;
        return owner;
    }

    private SocketHistory Socket(ulong cookie)
    {
        if (_sockets.Find(cookie) is not { } socket) _sockets.Set(cookie, socket = new());
        return socket;
    }

    private SocketOwner Owner(in OwnerEvent told)
    {
        var owner = told.Actor.Owner;
        return owner with { Name = Shared(owner.Name) };
    }

    private string Shared(string name)
    {
        if (_names.TryGetValue(name, out var known)) return known;
        if (_names.Count >= MostNames) _names.Clear();
        return _names[name] = name;
    }
}
