using System.Globalization;
using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>The network namespaces of this machine.</summary>
internal static class NetworkSpaces
{
    /// <summary>
    /// The namespace of the calling thread: its number in /proc, which another gets when it is gone, and its cookie, which none does.
    /// </summary>
    public static string Own
    {
        get
        {
            using var socket = NetlinkSocket.Open(NetlinkSocket.Route, 0, "NETLINK_ROUTE");
            return string.Create(CultureInfo.InvariantCulture, $"{new FileInfo("/proc/thread-self/ns/net").LinkTarget}/{socket.NamespaceCookie}");
        }
    }

    /// <summary>Whether a namespace is held by a process or a mount that can be seen from here.</summary>
    public static bool Exists(string name)
    {
        var space = name.Split('/')[0];
        if (Own is var own && own != name && own.Split('/')[0] == space) return false;
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                if (new FileInfo(process + "/ns/net").LinkTarget == space) return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // it has ended, or is another user's
            }
        }

        return File.ReadLines("/proc/self/mountinfo").Any(l => l.Contains($" {space} ", StringComparison.Ordinal));
    }
}
