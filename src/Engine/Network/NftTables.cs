using System.Buffers.Binary;
using System.Text;
using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>Tables of the kernel, without the nft program: made, removed, read and counted by nfnetlink, in a millisecond.</summary>
internal static class NftTables
{
    private const int Subsystem = 10 << 8; // NFNL_SUBSYS_NFTABLES
    private const int BatchBegin = 0x10, BatchEnd = 0x11, NewTable = Subsystem, GetTable = Subsystem | 1, DeleteTable = Subsystem | 2, GetChain = Subsystem | 4, GetRule = Subsystem | 7, DeleteRule = Subsystem | 8; // NFNL_MSG_…, NFT_MSG_…
    private const int Flags = 2, HeaderSize = 4; // NFTA_TABLE_FLAGS, struct nfgenmsg
    private const int Owner = 2; // NFT_TABLE_F_OWNER
    private const byte Inet = 1; // NFPROTO_INET
    private const ushort BatchResource = 10 << 8; // the subsystem, in network order

    /// <summary>NFT_TABLE_F_PERSIST: a table that its owner may leave, and another one take.</summary>
    public const int Persistent = 4;

    /// <summary>Makes an empty table of the family inet that isn't there; an errno, or 0.</summary>
    public static int TryCreate(NetlinkConversation kernel, string name, int flags) => TryFlags(kernel, name, flags, NetlinkMessage.Create | NetlinkMessage.Exclusive);

    /// <summary>Makes a persistent one that nobody owns the socket's; an errno, or 0.</summary>
    public static int TryOwn(NetlinkConversation kernel, string name) => TryFlags(kernel, name, Persistent | Owner, 0);

    /// <summary>Removes the rules of a chain; an errno, or 0.</summary>
    public static int TryEmpty(NetlinkConversation kernel, string table, string chain) => TryBatch(kernel, table, Message(DeleteRule, NetlinkMessage.Acknowledge, Inet).Attribute(1, table).Attribute(2, chain)); // NFTA_RULE_TABLE, NFTA_RULE_CHAIN

    /// <summary>Removes a table of the family inet with all that is in it. False where there is none.</summary>
    public static bool Delete(string name)
    {
        using var kernel = Open();
        var errno = TryBatch(kernel, name, Message(DeleteTable, NetlinkMessage.Acknowledge, Inet).Attribute(1, name));
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

    /// <summary>What the kernel has of a table: its flags, its chains with their hooks and policies, its rules; null where there is none.</summary>
    // The sets of rules aren't asked for: the kernel changes none that belongs to a rule.
    public static IReadOnlyList<byte[]>? Contents(string table)
    {
        using var kernel = Open();
        var tables = Dump(kernel, "NFT_MSG_GETTABLE", GetTable, table);
        return tables.Count == 0 ? null : [.. tables, .. Dump(kernel, "NFT_MSG_GETCHAIN", GetChain, table), .. Dump(kernel, "NFT_MSG_GETRULE", GetRule, table)];
    }

    /// <summary>A conversation in the network namespace of the calling thread.</summary>
    public static NetlinkConversation Open() => new(NetlinkSocket.Open(NetlinkSocket.NetFilter, 0, "NETLINK_NETFILTER"));

    // The kernel leaves out the rules of other tables, not their chains. Without the header, which has the number of the last change to any table.
    private static List<byte[]> Dump(NetlinkConversation kernel, string call, int type, string table) =>
        [.. kernel.Dump(call, table, Message(type, NetlinkMessage.Dump, Inet).Attribute(1, table)).Where(m => NetlinkConversation.Attributes(m, HeaderSize).Any(a => a.Type == 1 && Encoding.UTF8.GetString(a.Value).TrimEnd('\0') == table)).Select(m => m[HeaderSize..])];

    private static int TryFlags(NetlinkConversation kernel, string name, int flags, int how) =>
        TryBatch(kernel, name, Message(NewTable, (ushort)(NetlinkMessage.Acknowledge | how), Inet).Attribute(1, name).Attribute(Flags, BinaryPrimitives.ReverseEndianness(flags)));

    private static int TryBatch(NetlinkConversation kernel, string name, NetlinkMessage message) =>
        kernel.Try(name, Message(BatchBegin, 0, 0, BatchResource), message, Message(BatchEnd, 0, 0, BatchResource));

    // struct nfgenmsg: family, version, resource
    private static NetlinkMessage Message(int type, ushort flags, byte family, ushort resource = 0) => new NetlinkMessage(type, flags).Put(family).Put((byte)0).Put(resource);
}
