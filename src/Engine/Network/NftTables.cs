using System.Text;
using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>Tables of the kernel, without the nft program: removed and counted by nfnetlink, in a millisecond.</summary>
internal static class NftTables
{
    private const int Subsystem = 10 << 8; // NFNL_SUBSYS_NFTABLES
    private const int BatchBegin = 0x10, BatchEnd = 0x11, GetTable = Subsystem | 1, DeleteTable = Subsystem | 2, GetRule = Subsystem | 7; // NFNL_MSG_…, NFT_MSG_…
    private const byte Inet = 1; // NFPROTO_INET
    private const ushort BatchResource = 10 << 8; // the subsystem, in network order

    /// <summary>Removes a table of the family inet with all that is in it. False where there is none.</summary>
    public static bool Delete(string name)
    {
        using var kernel = Open();
        var errno = kernel.Try(name, Message(BatchBegin, 0, 0, BatchResource), Message(DeleteTable, NetlinkMessage.Acknowledge, Inet).Attribute(1, name), Message(BatchEnd, 0, 0, BatchResource));
        return errno switch { 0 => true, Errno.ENOENT => false, _ => throw new ErrnoException("NFT_MSG_DELTABLE", errno, name) };
    }

    /// <summary>The names of the tables of the family inet.</summary>
    public static IReadOnlyList<string> Names()
    {
        using var kernel = Open();
        return [.. kernel.Dump("NFT_MSG_GETTABLE", "tables", Message(GetTable, NetlinkMessage.Dump, Inet)).Select(m => NetlinkConversation.Attributes(m, 4).First(a => a.Type == 1).Value).Select(n => Encoding.UTF8.GetString(n).TrimEnd('\0'))];
    }

    /// <summary>How many rules a table has; one of another network namespace is asked for by a socket of that.</summary>
    public static int CountRules(string table, NetlinkSocket? opened = null)
    {
        using var kernel = opened is null ? Open() : new(opened);
        return kernel.Dump("NFT_MSG_GETRULE", table, Message(GetRule, NetlinkMessage.Dump, Inet).Attribute(1, table)).Count;
    }

    private static NetlinkConversation Open() => new(NetlinkSocket.Open(NetlinkSocket.NetFilter, 0, "NETLINK_NETFILTER"));

    // struct nfgenmsg: family, version, resource
    private static NetlinkMessage Message(int type, ushort flags, byte family, ushort resource = 0) => new NetlinkMessage(type, flags).Put(family).Put((byte)0).Put(resource);
}
