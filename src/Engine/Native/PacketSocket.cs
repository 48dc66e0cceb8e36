using System.Runtime.InteropServices;

namespace Sandbox.Native;

/// <summary>Options of packet(7) sockets.</summary>
internal static partial class PacketSocket
{
    private const int SocketLevel = 1, AttachFilter = 26; // SOL_SOCKET, SO_ATTACH_FILTER
    private const int PacketLevel = 263, Statistics = 6; // SOL_PACKET, PACKET_STATISTICS
    private const ulong ReturnNothing = 0x06; // sock_filter { BPF_RET | BPF_K, 0, 0, 0 }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Program // struct sock_fprog
    {
        public ushort Length;
        public ulong* Filter;
    }

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static unsafe partial int Set(int fd, int level, int name, Program* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static unsafe partial int Get(int fd, int level, int name, uint* value, uint* length);

    /// <summary>What came since the last call, and what of it was lost: the kernel begins anew at every reading.</summary>
    public static unsafe (uint Received, uint Dropped) Count(int socket)
    {
        var counters = stackalloc uint[3]; // struct tpacket_stats_v3: packets, drops, freezes
        var length = 3U * sizeof(uint);
        return Get(socket, PacketLevel, Statistics, counters, &length) == 0 ? (counters[0], counters[1]) : throw new ErrnoException("getsockopt", Marshal.GetLastPInvokeError(), "PACKET_STATISTICS");
    }

    /// <summary>Lets nothing more into a socket; what it holds stays.</summary>
    public static unsafe void RefuseAll(int socket)
    {
        var instruction = ReturnNothing;
        var program = new Program { Length = 1, Filter = &instruction };
        if (Set(socket, SocketLevel, AttachFilter, &program, (uint)sizeof(Program)) != 0) throw new ErrnoException("setsockopt", Marshal.GetLastPInvokeError(), "SO_ATTACH_FILTER");
    }
}
