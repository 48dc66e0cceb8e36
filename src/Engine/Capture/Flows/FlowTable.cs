using System.Buffers.Binary;

namespace Sandbox.Capture;

/// <summary>The flows of packets that come one by one. One thread adds; any may ask.</summary>
internal sealed class FlowTable(int most = FlowTable.Most)
{
    /// <summary>The most flows.</summary>
    public const int Most = 65_536;

    private const int UdpHeader = 8, AtOnce = 512;
    private readonly Lock _gate = new();
    private readonly Dictionary<PacketTuple, FlowState> _current = [];
    private readonly List<FlowState> _all = [];
    private readonly AddressNames _names = new();
    private long _unlisted;

    /// <summary>The packets that are in no flow, because there were too many flows.</summary>
    public long PacketsUnlisted
    {
        get
        {
            lock (_gate) return _unlisted;
        }
    }

    /// <summary>The names of addresses that aren't listed, because there were too many.</summary>
    public long NamesUnlisted
    {
        get
        {
            lock (_gate) return _names.Unlisted;
        }
    }

    /// <summary>A mark for <see cref="NamesSince"/>.</summary>
    public long NamesMark
    {
        get
        {
            lock (_gate) return _names.Mark;
        }
    }

    /// <summary>Counts a packet; one that isn't of IP is in no flow.</summary>
    /// <param name="time">Nanoseconds since 1970.</param>
    /// <param name="length">Its length on the wire.</param>
    /// <param name="data">What was captured of it.</param>
    /// <param name="linkType">Its LINKTYPE_ number.</param>
    /// <param name="process">The process whose socket sent or receives it, where it is known.</param>
    /// <param name="processName">That process's name.</param>
    public void Add(long time, uint length, ReadOnlySpan<byte> data, int linkType, int? process = null, string? processName = null)
    {
        if (!PacketTuple.TryParse(data, linkType, out var tuple, out var segment)) return;
        // Both directions find the same flow.
        var key = tuple.Source < tuple.Destination || (tuple.Source == tuple.Destination && tuple.SourcePort <= tuple.DestinationPort) ? tuple : tuple.Reversed;
        lock (_gate)
        {
            var known = _current.TryGetValue(key, out var flow);
            var fromClient = known && flow!.IsFromClient(tuple);
            if (!known || flow!.IsSucceededBy(segment, fromClient))
            {
                if (_all.Count >= most)
                {
                    _unlisted++;
                    return;
                }

                flow = new(tuple, segment, time, _names);
                fromClient = flow.IsFromClient(tuple);
                _current[key] = flow;
                _all.Add(flow);
            }

            flow!.Count(time, length, segment, fromClient);
            if (process is { } owner) flow.Own(owner, processName);
            // An answer to no question is anybody's claim.
            if (!fromClient && flow.IsToDns) Learn(tuple.Protocol, segment);
        }
    }

    /// <summary>The flows so far, in the order in which they began.</summary>
    public IReadOnlyList<PacketFlow> Snapshot()
    {
        var flows = new List<PacketFlow>();
        var copies = new List<FlowState>(AtOnce);
        do
        {
            copies.Clear();
            lock (_gate) // for a part at a time: packets wait meanwhile
            {
                for (var i = flows.Count; i < Math.Min(flows.Count + AtOnce, _all.Count); i++) copies.Add(_all[i].Copy());
            }

            foreach (var copy in copies) flows.Add(copy.Summary());
        }
        while (copies.Count > 0);
        return flows;
    }

    /// <summary>The names of addresses that answers after a mark gave.</summary>
    public IReadOnlyList<(bool Six, UInt128 Address, string Name)> NamesSince(long mark)
    {
        lock (_gate) return _names.Since(mark);
    }

    private void Learn(byte protocol, ReadOnlySpan<byte> segment)
    {
        if (protocol == PacketTuple.Udp && segment.Length > UdpHeader)
        {
            Learn(segment[UdpHeader..]);
        }
        else if (protocol == PacketTuple.Tcp && segment.Length >= 20)
        {
            // Whole messages of one segment, as answers mostly come; each has its length before it.
            var rest = segment[Math.Min((segment[12] >> 4) * 4, segment.Length)..];
            while (rest.Length > 2 && BinaryPrimitives.ReadUInt16BigEndian(rest) is var length && rest.Length >= 2 + length)
            {
                Learn(rest.Slice(2, length));
                rest = rest[(2 + length)..];
            }
        }
    }

    private void Learn(ReadOnlySpan<byte> message)
    {
        if (DnsAnswer.Parse(message) is { } answer) _names.Add(answer);
    }
}
