using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>
/// Makes the kernel forget a sandbox's connections (ctnetlink, net/netfilter/nf_conntrack_netlink.c). They outlive it, for minutes or days,
/// and what continues one of them is judged by no rule any more: who gets the same addresses later would inherit them.
/// </summary>
internal static class ConnectionRemoval
{
    private const int Get = 0x0101, Delete = 0x0102; // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_…
    private const int FamilySize = 4; // struct nfgenmsg
    private const int Original = 1, Reply = 2, Zone = 18, Nested = 0x8000; // CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, CTA_ZONE, NLA_F_NESTED
    private const int Addresses = 1; // CTA_TUPLE_IP

    /// <summary>Those in which either of its addresses has a part, of whatever protocol, in this network namespace.</summary>
    public static void Forget(NatAddresses addresses)
    {
        byte[][] own = [addresses.Target4.GetAddressBytes(), addresses.Target6.GetAddressBytes()];
        try
        {
            using var kernel = new NetlinkConversation(NetlinkSocket.Open(NetlinkSocket.NetFilter, 0, "NETLINK_NETFILTER"));
            foreach (var connection in kernel.Dump("IPCTNL_MSG_CT_GET", "connections", Message(Get, NetlinkMessage.Dump, 0))) Remove(kernel, connection, own);
        }
        catch (ErrnoException e) when (e.Errno is Errno.EINVAL or Errno.EOPNOTSUPP)
        {
            throw new SandboxException("conntrack,ENOSYS", SandboxErrorKind.NotInstalled, "This kernel tells nobody of its connections: those of an earlier sandbox at the same addresses would be this one's.", "Load the module: modprobe nf_conntrack_netlink.", e);
        }
    }

    private static void Remove(NetlinkConversation kernel, byte[] connection, byte[][] own)
    {
        var attributes = NetlinkConversation.Attributes(connection, FamilySize).ToList();
        // A request without a tuple would delete all connections of the host.
        if (attributes.FirstOrDefault(a => a.Type == Original).Value is not { Length: > 0 } tuple) return;
        if (!attributes.Where(a => a.Type is Original or Reply).Any(a => Names(a.Value, own))) return;
        var message = Message(Delete, NetlinkMessage.Acknowledge, connection[0]).Attribute(Original | Nested, tuple);
        if (attributes.FirstOrDefault(a => a.Type == Zone).Value is { } zone) message.Attribute(Zone, zone);
        var errno = kernel.Try("connection", message);
        if (errno is not (0 or Errno.ENOENT)) throw new ErrnoException("IPCTNL_MSG_CT_DELETE", errno, "connection");
    }

    private static bool Names(byte[] tuple, byte[][] own) =>
        NetlinkConversation.Attributes(tuple, 0).Where(a => a.Type == Addresses).SelectMany(a => NetlinkConversation.Attributes(a.Value, 0)).Any(a => own.Any(o => o.AsSpan().SequenceEqual(a.Value)));

    private static NetlinkMessage Message(int type, ushort flags, byte family) => new NetlinkMessage(type, flags).Put(family).Put((byte)0).Put((ushort)0);
}
