using System.Buffers.Binary;
using System.Globalization;

namespace Sandbox.Capture;

/// <summary>A flow as it is counted. The caller locks.</summary>
internal sealed class FlowState
{
    private const byte Fin = 1, Syn = 2, Rst = 4, Ack = 16;
    private readonly PacketTuple _tuple; // from the client to the server
    private readonly string[] _names;
    private long _first, _last, _packetsSent, _packetsReceived, _bytesSent, _bytesReceived;
    private int? _process;
    private string? _processName;
    private uint? _clientSyn, _serverSyn;
    private PacketFlowState _state;
    private bool _clientEnded, _answered;

    /// <param name="tuple">The tuple of its first packet.</param>
    /// <param name="segment">That packet's transport.</param>
    /// <param name="time">Its time.</param>
    /// <param name="names">The known names.</param>
    public FlowState(in PacketTuple tuple, ReadOnlySpan<byte> segment, long time, AddressNames names)
    {
        var answer = tuple.Protocol == PacketTuple.Tcp && segment.Length >= 14 && (segment[13] & (Syn | Ack)) == (Syn | Ack);
        _tuple = answer ? tuple.Reversed : tuple;
        _names = names.Of(_tuple.Six, _tuple.Destination);
        (_first, _last) = (time, time);
        _state = PacketFlowState.SynSent;
    }

    /// <summary>Whether the flow's server is one of DNS.</summary>
    public bool IsToDns => _tuple.DestinationPort == 53;

    public bool IsFromClient(in PacketTuple tuple) => tuple.SourcePort == _tuple.SourcePort && tuple.Source == _tuple.Source;

    /// <summary>Whether a packet of the same addresses and ports begins another connection.</summary>
    public bool IsSucceededBy(ReadOnlySpan<byte> segment, bool fromClient)
    {
        if (_tuple.Protocol != PacketTuple.Tcp || segment.Length < 14 || (segment[13] & (Syn | Ack)) != Syn) return false;
        if (_state >= PacketFlowState.Closing) return true;
        // The same one again is the one before, sent again; both sides may send one at once.
        return (fromClient ? _clientSyn : _serverSyn) is { } known ? known != BinaryPrimitives.ReadUInt32BigEndian(segment[4..]) : _answered;
    }

    public void Count(long time, uint length, ReadOnlySpan<byte> segment, bool fromClient)
    {
        if (time < _first) _first = time;
        if (time > _last) _last = time;
        if (fromClient)
        {
            _packetsSent++;
            _bytesSent += length;
        }
        else
        {
            _packetsReceived++;
            _bytesReceived += length;
        }

        if (_tuple.Protocol == PacketTuple.Tcp && segment.Length >= 14) Connection(segment, fromClient);
    }

    /// <summary>Says whose it is; the first that is said holds.</summary>
    public void Own(int process, string? name)
    {
        if (_process is null) (_process, _processName) = (process, name);
    }

    public PacketFlow Summary() => new()
    {
        Protocol = Name(_tuple.Protocol),
        ClientAddress = PacketTuple.ToAddress(_tuple.Source, _tuple.Six).ToString(), ClientPort = Port(_tuple.SourcePort),
        ServerAddress = PacketTuple.ToAddress(_tuple.Destination, _tuple.Six).ToString(), ServerPort = Port(_tuple.DestinationPort),
        DnsNames = _names, ProcessId = _process, ProcessName = _processName, State = _tuple.Protocol == PacketTuple.Tcp ? _state : null,
        PacketsSent = _packetsSent, PacketsReceived = _packetsReceived, BytesSent = _bytesSent, BytesReceived = _bytesReceived,
        StartTime = PacketTime.Date(_first), EndTime = PacketTime.Date(_last),
    };

    /// <summary>A copy, whose values belong together.</summary>
    public FlowState Copy() => (FlowState)MemberwiseClone();

    private void Connection(ReadOnlySpan<byte> segment, bool fromClient)
    {
        var flags = segment[13];
        if ((flags & Syn) != 0)
        {
            var number = BinaryPrimitives.ReadUInt32BigEndian(segment[4..]);
            if (fromClient) _clientSyn ??= number;
            else _serverSyn ??= number;
            if ((flags & Ack) != 0 && !fromClient) _clientSyn ??= BinaryPrimitives.ReadUInt32BigEndian(segment[8..]) - 1; // where the SYN itself wasn't seen
        }

        if (_state >= PacketFlowState.Closed) return;
        if ((flags & Rst) != 0)
        {
            _state = _answered || fromClient ? PacketFlowState.Reset : PacketFlowState.Refused;
        }
        else if ((flags & Fin) != 0)
        {
            if (_state == PacketFlowState.Closing && _clientEnded != fromClient) _state = PacketFlowState.Closed;
            else (_state, _clientEnded) = (PacketFlowState.Closing, fromClient);
        }
        else if (_state == PacketFlowState.SynSent && (flags & (Syn | Ack)) != Syn)
        {
            _state = PacketFlowState.Established;
        }

        _answered |= (flags & (Syn | Ack)) != Syn;
    }

    private int? Port(ushort port) => port != 0 || _tuple.SourcePort != 0 || _tuple.DestinationPort != 0 ? port : null;

    private static string Name(byte protocol) => protocol switch
    {
        PacketTuple.Tcp => "TCP",
        PacketTuple.Udp => "UDP",
        PacketTuple.Icmp => "ICMP",
        PacketTuple.Icmp6 => "ICMPv6",
        2 => "IGMP",
        47 => "GRE",
        50 => "ESP",
        51 => "AH",
        132 => "SCTP",
        _ => protocol.ToString(CultureInfo.InvariantCulture),
    };
}
