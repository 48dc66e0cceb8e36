using System.Buffers.Binary;
using System.Globalization;
using Sandbox.Native;

namespace Sandbox.Capture;

/// <summary>Who has the sockets that are there already, as far as it is one process (sock_diag(7), proc_pid_fd(5)).</summary>
internal static class SocketSnapshot
{
    /// <summary>NETLINK_SOCK_DIAG</summary>
    public const int Protocol = 4;

    private const int ByFamily = 20; // SOCK_DIAG_BY_FAMILY
    private const int CookieAt = 44, InodeAt = 68, AnswerSize = 72; // struct inet_diag_msg
    private const string Link = "socket:[";

    /// <summary>The cookies of the sockets with one owner.</summary>
    /// <param name="diagnosis">A socket of NETLINK_SOCK_DIAG of the network namespace.</param>
    public static IEnumerable<(ulong Cookie, SocketOwner Owner)> Take(NetlinkSocket diagnosis)
    {
        var sockets = Sockets(diagnosis);
        if (sockets.Count == 0) yield break;
        foreach (var (inode, process) in Holders(sockets))
        {
            if (process is { } id && Owner(id) is { } owner) yield return (sockets[inode], owner);
        }
    }

    // Cookies by inode.
    private static Dictionary<uint, ulong> Sockets(NetlinkSocket diagnosis)
    {
        var found = new Dictionary<uint, ulong>();
        var conversation = new NetlinkConversation(diagnosis); // the socket is the caller's to close
        foreach (var family in (ReadOnlySpan<byte>)[2, 10])
        {
            foreach (var protocol in (ReadOnlySpan<byte>)[PacketTuple.Tcp, PacketTuple.Udp])
            {
                // struct inet_diag_req_v2: any state, any address.
                var request = new NetlinkMessage(ByFamily, NetlinkMessage.Dump).Put(family).Put(protocol).Put((ushort)0).Put(uint.MaxValue);
                for (var i = 0; i < 48; i += 8) request.Put(0UL);
                foreach (var answer in Dump(conversation, request))
                {
                    if (answer.Length < AnswerSize) continue;
                    var inode = BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(InodeAt));
                    if (inode != 0) found[inode] = BinaryPrimitives.ReadUInt64LittleEndian(answer.AsSpan(CookieAt));
                }
            }
        }

        return found;
    }

    private static List<byte[]> Dump(NetlinkConversation conversation, NetlinkMessage request)
    {
        try
        {
            return conversation.Dump("send", "SOCK_DIAG_BY_FAMILY", request);
        }
        catch (ErrnoException e) when (e.Errno is Errno.ENOENT or Errno.EOPNOTSUPP)
        {
            return []; // a kernel without this diagnosis: the first use tells the owner
        }
    }

    // The process that has each; null where there are several.
    private static Dictionary<uint, int?> Holders(Dictionary<uint, ulong> sockets)
    {
        var holders = new Dictionary<uint, int?>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var process)) continue;
            foreach (var inode in Inodes(process))
            {
                if (sockets.ContainsKey(inode)) holders[inode] = holders.TryGetValue(inode, out var other) && other != process ? null : process;
            }
        }

        return holders;
    }

    private static List<uint> Inodes(int process)
    {
        var found = new List<uint>();
        try
        {
            foreach (var file in Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd")))
            {
                var target = new FileInfo(file).LinkTarget;
                if (target is not null && target.StartsWith(Link, StringComparison.Ordinal) && uint.TryParse(target.AsSpan(Link.Length).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var inode)) found.Add(inode);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended.
        }

        return found;
    }

    private static SocketOwner? Owner(int process)
    {
        try
        {
            var directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");
            var threads = Directory.GetDirectories(directory + "/task").Length;
            return new(process, threads == 1 ? process : 0, File.ReadAllText(directory + "/comm").TrimEnd('\n'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
