using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Sandbox.Native;

/// <summary>
/// A port of every address that is bound and not used. By hand, since .NET's sockets let go of their port to any other that asks as they
/// do (SO_REUSEADDR).
/// </summary>
internal static partial class HeldPort
{
    private const int InternetProtocol6 = 41, OnlySix = 26, SocketLevel = 1, ReuseAddress = 2; // IPPROTO_IPV6, IPV6_V6ONLY, SOL_SOCKET, SO_REUSEADDR

    /// <summary>
    /// Binds it for as long as the descriptor is open. Connections of TCP that are still ending are in the way, as they are of every server,
    /// unless <paramref name="besideEnding"/>.
    /// </summary>
    public static unsafe FileDescriptor Bind(int port, bool udp, bool besideEnding = false)
    {
        var type = (udp ? 2 : 1) | 0x80000; // SOCK_DGRAM, SOCK_STREAM; SOCK_CLOEXEC
        var fd = LibC.socket(10, type, 0); // AF_INET6
        var six = fd >= 0;
        if (!six) fd = LibC.socket(2, type, 0);
        var socket = new FileDescriptor(Check.Result("socket", fd));
        var no = 0;
        if (six) Check.Result("setsockopt", SetOption(fd, InternetProtocol6, OnlySix, &no, sizeof(int)));
        var yes = 1;
        if (besideEnding && !udp) Check.Result("setsockopt", SetOption(fd, SocketLevel, ReuseAddress, &yes, sizeof(int)));
        // struct sockaddr_in6, of which sockaddr_in has the beginning: family, port in network order, then zeros for any address.
        var address = stackalloc byte[28];
        new Span<byte>(address, 28).Clear();
        (address[0], address[2], address[3]) = ((byte)(six ? 10 : 2), (byte)(port >> 8), (byte)port);
        if (BindTo(fd, address, six ? 28u : 16u) == 0) return socket;
        var errno = Marshal.GetLastPInvokeError();
        socket.Dispose();
        throw new ErrnoException("bind", errno, $"port {port}");
    }

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static unsafe partial int BindTo(int fd, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static unsafe partial int SetOption(int fd, int level, int name, int* value, uint length);
}
