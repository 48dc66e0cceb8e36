using System.Buffers.Binary;
using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>
/// The kernel's table of connections (ctnetlink, net/netfilter/nf_conntrack_netlink.c) in the network namespace in which it was opened: what
/// is in it, and what comes and goes. For one thread at a time.
/// </summary>
internal sealed class ConnectionTable : IDisposable
{
    private const int Get = 0x0101, New = 0x0100, Delete = 0x0102; // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_…
    private const uint Groups = 1 | 4; // NFNLGRP_CONNTRACK_NEW, NFNLGRP_CONNTRACK_DESTROY, a bit each
    private const int FamilySize = 4; // struct nfgenmsg
    private const string Events = "/proc/sys/net/netfilter/nf_conntrack_events";
    private const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpSix = 58;
    private readonly NetlinkSocket _events;
    private readonly NetlinkConversation _questions;
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <exception cref="SandboxException">The host's settings keep it from telling.</exception>
    public ConnectionTable()
    {
        if (Sysctl.TryRead(Events) == "0") throw new SandboxException("PacketCapture,CONNTRACK", SandboxErrorKind.ResourceUnavailable, "The kernel tells nothing of connections (net.netfilter.nf_conntrack_events is 0), so that what leaves the host can't be known.", "Set it to 2, the default: sysctl net.netfilter.nf_conntrack_events=2. Or use -View Child.");
        _events = NetlinkSocket.Open(NetlinkSocket.NetFilter, Groups, "NETLINK_NETFILTER");
        try
        {
            _events.Enlarge(16 << 20, 4 << 20, 1 << 20);
            _questions = new(NetlinkSocket.Open(NetlinkSocket.NetFilter, 0, "NETLINK_NETFILTER"));
        }
        catch
        {
            _events.Dispose();
            throw;
        }
    }

    /// <summary>All that are there.</summary>
    public IEnumerable<NatTranslation> All()
    {
        foreach (var message in _questions.Dump("IPCTNL_MSG_CT_GET", "connections", new NetlinkMessage(Get, NetlinkMessage.Dump).Put((byte)0).Put((byte)0).Put((ushort)0)))
        {
            if (Parse(message, gone: false, out var found)) yield return found;
        }
    }

    /// <summary>Those that came or went since the last time. False where some were lost: ask for all then.</summary>
    public bool Take(List<NatTranslation> into)
    {
        var whole = true;
        for (; ; )
        {
            int length;
            try
            {
                length = _events.Receive(_buffer, "conntrack events");
            }
            catch (ErrnoException e) when (e.Errno == Errno.ENOBUFS)
            {
                whole = false;
                continue;
            }

            if (length == 0) return whole;
            for (var at = 0; at + NetlinkSocket.HeaderSize <= length;)
            {
                var header = _buffer.AsSpan(at);
                var (size, type) = (BinaryPrimitives.ReadInt32LittleEndian(header), BinaryPrimitives.ReadUInt16LittleEndian(header[4..]));
                if (size < NetlinkSocket.HeaderSize || at + size > length) break;
                if (type is New or Delete && Parse(header[NetlinkSocket.HeaderSize..size], type == Delete, out var change)) into.Add(change);
                at += (size + 3) & ~3;
            }
        }
    }

    public void Dispose()
    {
        _events.Dispose();
        _questions.Dispose();
    }

    private static bool Parse(ReadOnlySpan<byte> message, bool gone, out NatTranslation found)
    {
        found = default;
        ConnectionEnds original = default, reply = default;
        byte protocol = 0;
        var (first, second) = (false, false);
        foreach (var (type, value) in new NetlinkAttributes(message[Math.Min(FamilySize, message.Length)..]))
        {
            if (type == 1) first = Ends(value, out original, out protocol); // CTA_TUPLE_ORIG
            else if (type == 2) second = Ends(value, out reply, out _); // CTA_TUPLE_REPLY
        }

        found = new(message.Length > 0 && message[0] == 10, protocol, original, reply, gone);
        return first && second;
    }

    private static bool Ends(ReadOnlySpan<byte> tuple, out ConnectionEnds ends, out byte protocol)
    {
        UInt128 source = 0, destination = 0;
        ushort from = 0, to = 0, identifier = 0;
        protocol = 0;
        foreach (var (type, value) in new NetlinkAttributes(tuple))
        {
            foreach (var (field, bytes) in new NetlinkAttributes(value))
            {
                switch (type, field, bytes.Length)
                {
                    case (1, 1, 4): source = BinaryPrimitives.ReadUInt32BigEndian(bytes); break; // CTA_TUPLE_IP: CTA_IP_V4_SRC, …
                    case (1, 2, 4): destination = BinaryPrimitives.ReadUInt32BigEndian(bytes); break;
                    case (1, 3, 16): source = BinaryPrimitives.ReadUInt128BigEndian(bytes); break;
                    case (1, 4, 16): destination = BinaryPrimitives.ReadUInt128BigEndian(bytes); break;
                    case (2, 1, 1): protocol = bytes[0]; break; // CTA_TUPLE_PROTO: CTA_PROTO_NUM, …
                    case (2, 2, 2): from = BinaryPrimitives.ReadUInt16BigEndian(bytes); break;
                    case (2, 3, 2): to = BinaryPrimitives.ReadUInt16BigEndian(bytes); break;
                    case (2, 4 or 7, 2): identifier = BinaryPrimitives.ReadUInt16BigEndian(bytes); break; // CTA_PROTO_ICMP_ID, CTA_PROTO_ICMPV6_ID
                }
            }
        }

        ends = protocol is Icmp or IcmpSix ? new(source, identifier, destination, identifier) : new(source, from, destination, to);
        return protocol is Icmp or IcmpSix or Tcp or Udp;
    }
}
