using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Sandbox.Native;

/// <summary>netlink(7) by hand: a socket of one protocol, bound to multicast groups.</summary>
internal sealed partial class NetlinkSocket : IDisposable
{
    public const int Route = 0, Audit = 9, Connector = 11, NetFilter = 12; // NETLINK_ROUTE, NETLINK_AUDIT, NETLINK_CONNECTOR, NETLINK_NETFILTER
    public const int HeaderSize = 16; // struct nlmsghdr: length, type, flags, sequence, port
    private const int SocketLevel = 1, ReceiveBuffer = 8, ReceiveBufferForce = 33, NamespaceNumber = 71; // SOL_SOCKET, SO_RCVBUF, SO_RCVBUFFORCE, SO_NETNS_COOKIE

    private NetlinkSocket(FileDescriptor file) => File = file;

    public FileDescriptor File { get; }

    /// <summary>How many bytes of messages may wait; the kernel counts twice as much, for its own cost of each (socket(7)).</summary>
    public unsafe int BufferSize
    {
        get
        {
            int size, length = sizeof(int);
            return GetOption(File.Number, SocketLevel, ReceiveBuffer, &size, &length) == 0 ? size / 2 : 0;
        }
    }

    /// <summary>The number of the network namespace in which it is, never used again by another (socket(7), SO_NETNS_COOKIE); 0 before Linux 5.14.</summary>
    public unsafe ulong NamespaceCookie
    {
        get
        {
            ulong cookie;
            var length = sizeof(ulong);
            return GetOption(File.Number, SocketLevel, NamespaceNumber, (int*)&cookie, &length) == 0 ? cookie : 0;
        }
    }

    /// <summary>Opens one and joins groups (a bit each; 0 for none).</summary>
    public static unsafe NetlinkSocket Open(int protocol, uint groups, string detail)
    {
        var fd = Create(16, 3 | 0x80000, protocol); // AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC
        if (fd < 0) throw new ErrnoException("socket", Marshal.GetLastPInvokeError(), detail);
        var socket = new NetlinkSocket(new FileDescriptor(fd));
        var address = stackalloc uint[] { 16, 0, groups }; // struct sockaddr_nl: family, port, groups
        if (Bind(fd, address, 12) == 0) return socket;
        var errno = Marshal.GetLastPInvokeError();
        socket.Dispose();
        throw new ErrnoException("bind", errno, detail);
    }

    /// <summary>Takes one that another process has opened; the kernel binds it with its first message.</summary>
    public static NetlinkSocket Adopt(FileDescriptor file) => new(file);

    /// <summary>
    /// Asks for a receive buffer: beyond the machine's limit where CAP_NET_ADMIN allows it, in falling sizes, else as much as
    /// net.core.rmem_max lets. It is a bound, not memory.
    /// </summary>
    public unsafe void Enlarge(params ReadOnlySpan<int> sizes)
    {
        foreach (var wanted in sizes)
        {
            var size = wanted;
            if (SetOption(File.Number, SocketLevel, ReceiveBufferForce, &size, sizeof(int)) == 0) return;
        }

        foreach (var wanted in sizes)
        {
            var size = wanted;
            if (SetOption(File.Number, SocketLevel, ReceiveBuffer, &size, sizeof(int)) == 0) return;
        }
    }

    /// <summary>Sends one message to the kernel.</summary>
    public unsafe void Send(ReadOnlySpan<byte> message, string detail)
    {
        fixed (byte* at = message)
        {
            if (Transmit(File.Number, at, (nuint)message.Length, 0) < 0) throw new ErrnoException("send", Marshal.GetLastPInvokeError(), detail);
        }
    }

    /// <summary>Receives one datagram without waiting; 0 where none has come.</summary>
    public unsafe int Receive(Span<byte> buffer, string detail)
    {
        fixed (byte* at = buffer)
        {
            var got = (int)Take(File.Number, at, (nuint)buffer.Length, 0x40 | 0x20); // MSG_DONTWAIT|MSG_TRUNC: the whole length, also of what doesn't fit
            if (got >= 0) return got <= buffer.Length ? got : throw new ErrnoException("recv", Errno.EMSGSIZE, detail);
            var errno = Marshal.GetLastPInvokeError();
            return errno is Errno.EAGAIN or Errno.EINTR ? 0 : throw new ErrnoException("recv", errno, detail);
        }
    }

    public void Dispose() => File.Dispose();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Create(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static unsafe partial int Bind(int fd, uint* address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static unsafe partial int GetOption(int fd, int level, int name, int* value, int* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static unsafe partial int SetOption(int fd, int level, int name, int* value, uint length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static unsafe partial nint Take(int fd, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint Transmit(int fd, byte* bytes, nuint length, int flags);
}
