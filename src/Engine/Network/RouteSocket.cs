using System.Buffers.Binary;
using System.Net;
using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>rtnetlink(7) in the network namespace in which it was opened: links, addresses, routes.</summary>
internal sealed class RouteSocket(NetlinkSocket? opened = null) : IDisposable
{
    private const int NewLink = 16, DeleteLink = 17, GetLink = 18, NewAddress = 20, GetAddress = 22, NewRoute = 24, GetRoute = 26; // RTM_…
    private const int LinkName = 3, LinkInfo = 18, LinkNamespace = 28, InfoKind = 1, InfoData = 2, Peer = 1; // IFLA_…, VETH_INFO_PEER
    private const int Up = 1, NoDuplicateDetection = 2, MainTable = 254, LocalTable = 255, Static = 4, Unicast = 1, Local = 2, Anycast = 4; // IFF_UP, IFA_F_NODAD, RT_TABLE_…, RTPROT_STATIC, RTN_…
    private const int LinkSize = 16, AddressSize = 8, RouteSize = 12; // struct ifinfomsg, ifaddrmsg, rtmsg
    private readonly NetlinkConversation _kernel = new(opened ?? NetlinkSocket.Open(NetlinkSocket.Route, 0, "NETLINK_ROUTE"));

    /// <summary>Makes a pair of interfaces, of which the other end comes up with its name in another namespace: never here.</summary>
    public void CreatePair(string name, string peer, NetworkNamespace other) => _kernel.Do("RTM_NEWLINK", $"veth {name}", Link(NewLink, 0, NetlinkMessage.Acknowledge | NetlinkMessage.Create | NetlinkMessage.Exclusive)
        .Attribute(LinkName, name)
        .Nest(LinkInfo, info => info.Attribute(InfoKind, "veth").Nest(InfoData, data => data.Nest(Peer, end => end
            .Put(0).Put(0).Put(0).Put(0) // struct ifinfomsg
            .Attribute(LinkName, peer)
            .Attribute(LinkNamespace, other.File.Number)))));

    /// <summary>The index of an interface; 0 where there is none of that name.</summary>
    public int IndexOf(string name) => Links().FirstOrDefault(l => l.Name == name).Index;

    /// <summary>The interfaces, each with its index and its flags.</summary>
    public IEnumerable<(string Name, int Index, int Flags)> Links() => from link in _kernel.Dump("RTM_GETLINK", "interfaces", Link(GetLink, 0, NetlinkMessage.Dump))
        let name = NetlinkConversation.Attributes(link, LinkSize).FirstOrDefault(a => a.Type == LinkName).Value
        where name is not null
        select (System.Text.Encoding.UTF8.GetString(name).TrimEnd('\0'), BinaryPrimitives.ReadInt32LittleEndian(link.AsSpan(4)), BinaryPrimitives.ReadInt32LittleEndian(link.AsSpan(8)));

    /// <summary>The index of the other end of a veth, in the namespace where that is; 0 for other interfaces.</summary>
    public int PeerOf(string name) => (from link in _kernel.Dump("RTM_GETLINK", "interfaces", Link(GetLink, 0, NetlinkMessage.Dump))
        let attributes = NetlinkConversation.Attributes(link, LinkSize).ToList()
        where attributes.FirstOrDefault(a => a.Type == LinkName).Value is { } value && System.Text.Encoding.UTF8.GetString(value).TrimEnd('\0') == name
        select attributes.FirstOrDefault(a => a.Type == 5).Value is { } peer ? BinaryPrimitives.ReadInt32LittleEndian(peer) : 0).FirstOrDefault(); // IFLA_LINK

    public void SetUp(int index) => _kernel.Do("RTM_NEWLINK", "interface up", new NetlinkMessage(NewLink, NetlinkMessage.Acknowledge).Put(0).Put(index).Put(Up).Put(Up));

    public void SetDown(int index) => _kernel.Do("RTM_NEWLINK", "interface down", new NetlinkMessage(NewLink, NetlinkMessage.Acknowledge).Put(0).Put(index).Put(0).Put(Up));

    /// <summary>Adds an address. Duplicates can't be on a link with two ends, and looking for them would take a second.</summary>
    public void AddAddress(int index, IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        _kernel.Do("RTM_NEWADDR", $"{address}/{prefix}", new NetlinkMessage(NewAddress, NetlinkMessage.Acknowledge | NetlinkMessage.Create | NetlinkMessage.Exclusive)
            .Put(Family(address)).Put((byte)prefix).Put((byte)(bytes.Length == 16 ? NoDuplicateDetection : 0)).Put((byte)0).Put(index)
            .Attribute(2, bytes) // IFA_LOCAL
            .Attribute(1, bytes)); // IFA_ADDRESS
    }

    public void AddDefaultRoute(int index, IPAddress gateway) => _kernel.Do("RTM_NEWROUTE", $"default via {gateway}", new NetlinkMessage(NewRoute, NetlinkMessage.Acknowledge | NetlinkMessage.Create)
        .Put(Family(gateway)).Put((byte)0).Put((byte)0).Put((byte)0).Put((byte)MainTable).Put((byte)Static).Put((byte)0).Put((byte)Unicast).Put(0)
        .Attribute(5, gateway.GetAddressBytes()) // RTA_GATEWAY
        .Attribute(4, index)); // RTA_OIF

    /// <summary>Deletes an interface, and with it its other end. False where there is none of that name.</summary>
    public bool Delete(string name)
    {
        var errno = _kernel.Try(name, Link(DeleteLink, 0, NetlinkMessage.Acknowledge).Attribute(LinkName, name));
        return errno switch { 0 => true, Errno.ENODEV => false, _ => throw new ErrnoException("RTM_DELLINK", errno, name) };
    }

    /// <summary>The addresses of an interface, with their prefix lengths; of all for 0.</summary>
    public IEnumerable<(IPAddress Address, int Prefix)> Addresses(int index) => from message in _kernel.Dump("RTM_GETADDR", "addresses", new NetlinkMessage(GetAddress, NetlinkMessage.Dump).Put((byte)0).Put((byte)0).Put((byte)0).Put((byte)0).Put(0))
        where index == 0 || BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(4)) == index
        let address = NetlinkConversation.Attributes(message, AddressSize).OrderByDescending(a => a.Type == 2).FirstOrDefault(a => a.Type is 1 or 2).Value
        where address is not null
        select (new IPAddress(address), (int)message[1]);

    /// <summary>The unicast routes of the main table.</summary>
    public IEnumerable<RouteEntry> Routes() => RoutesOf((type, table) => type == Unicast && table == MainTable);

    /// <summary>Those of every table but the local one: by rules of ip-rule(8) others lead out too, as those of wg-quick and Tailscale do.</summary>
    public IEnumerable<RouteEntry> RoutesOfAllTables() => RoutesOf((type, table) => type == Unicast && table != LocalTable);

    /// <summary>What this namespace itself answers for, beyond its addresses: what is local of a range on lo, or by a route, and anycast.</summary>
    public IEnumerable<AddressRange> LocalRanges() => RoutesOf((type, table) => type is Local or Anycast && table is MainTable or LocalTable).Select(r => new AddressRange(r.Destination, r.Prefix));

    public void Dispose() => _kernel.Dispose();

    private IEnumerable<RouteEntry> RoutesOf(Func<int, int, bool> asked) => from message in _kernel.Dump("RTM_GETROUTE", "routes", new NetlinkMessage(GetRoute, NetlinkMessage.Dump).Put(0).Put(0).Put(0))
        let attributes = NetlinkConversation.Attributes(message, RouteSize).ToList()
        where asked(message[7], attributes.FirstOrDefault(a => a.Type == 15).Value is { } number ? BinaryPrimitives.ReadInt32LittleEndian(number) : message[4]) // RTA_TABLE, for numbers beyond a byte
        select new RouteEntry(
            attributes.FirstOrDefault(a => a.Type == 1).Value is { } destination ? new IPAddress(destination) : message[0] == 2 ? IPAddress.Any : IPAddress.IPv6Any,
            message[1],
            attributes.FirstOrDefault(a => a.Type == 5).Value is { } gateway ? new IPAddress(gateway) : null,
            Outputs(attributes));

    // RTA_OIF, or the legs of RTA_MULTIPATH: struct rtnexthop with its index at 4.
    private static List<int> Outputs(List<(int Type, byte[] Value)> attributes)
    {
        var outputs = attributes.Where(a => a.Type == 4).Select(a => BinaryPrimitives.ReadInt32LittleEndian(a.Value)).ToList();
        foreach (var (_, legs) in attributes.Where(a => a.Type == 9))
        {
            for (var at = 0; at + 8 <= legs.Length && BinaryPrimitives.ReadUInt16LittleEndian(legs.AsSpan(at)) is >= 8 and var length; at += (length + 3) & ~3) outputs.Add(BinaryPrimitives.ReadInt32LittleEndian(legs.AsSpan(at + 4)));
        }

        return outputs;
    }

    private static byte Family(IPAddress address) => (byte)(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 10 : 2);

    private static NetlinkMessage Link(int type, int index, int flags) => new NetlinkMessage(type, (ushort)flags).Put(0).Put(index).Put(0).Put(0);
}
