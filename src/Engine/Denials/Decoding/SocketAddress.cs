using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Sandbox.Seccomp;

namespace Sandbox.Denials.Decoding;

/// <summary>
/// Addresses of sockets: <c>inet 192.0.2.1:443</c>, <c>inet6 [fe80::1%2]:80</c>, <c>unix /run/x</c>, <c>unix @abstract</c>,
/// <c>netlink pid 0 groups 0x1</c>, <c>vsock host:1024</c>, <c>packet ETH_P_ALL interface 3</c>. The structs are alike for 32- and 64-bit programs.
/// </summary>
internal static class SocketAddress
{
    /// <summary>sizeof(struct sockaddr_storage): the kernel takes no longer one.</summary>
    private const int MaxSize = 128;

    private static readonly Dictionary<ulong, string> Families = LoadFamilies();

    /// <summary>Reads and describes one; the path is that of a unix socket in the file system.</summary>
    [SkipLocalsInit]
    public static (string Text, string? FullPath) Read(ref CallContext call, ulong address, ulong length)
    {
        if (address == 0) return ("NULL", null);
        // It is an int: the upper half is whatever the register held.
        var size = (int)length;
        if (size is < 0 or > MaxSize) return (string.Create(CultureInfo.InvariantCulture, $"0x{address:x} (length {size})"), null);
        Span<byte> bytes = stackalloc byte[MaxSize];
        bytes = bytes[..size];
        if (TargetText.Read(call.Target, address, bytes) < size) return (TargetText.Unreadable(address), null);
        return size < 2 ? (string.Create(CultureInfo.InvariantCulture, $"(length {size})"), null) : Describe(ref call, (ushort)call.Abi.Number(bytes[..2]), bytes);
    }

    private static (string Text, string? FullPath) Describe(ref CallContext call, ushort family, scoped ReadOnlySpan<byte> bytes) => (family, bytes.Length) switch
    {
        (0, _) => ("unspec", null),
        (1, _) => Unix(ref call, bytes[2..]),
        (2, >= 8) => (string.Create(CultureInfo.InvariantCulture, $"inet {new IPAddress(bytes[4..8])}:{Port(bytes)}"), null),
        (10, >= 24) => (Inet6(call.Abi, bytes), null),
        (16, >= 12) => (string.Create(CultureInfo.InvariantCulture, $"netlink pid {call.Abi.Number(bytes[4..8])} groups 0x{call.Abi.Number(bytes[8..12]):x}"), null),
        (17, >= 8) => (string.Create(CultureInfo.InvariantCulture, $"packet {EtherType.Name(BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]))} interface {call.Abi.Number(bytes[4..8])}"), null),
        (38, >= 24) => ($"alg {Name(bytes[2..16])} {Name(bytes[24..])}", null),
        (40, >= 12) => (string.Create(CultureInfo.InvariantCulture, $"vsock {VsockContext((uint)call.Abi.Number(bytes[8..12]))}:{Any((uint)call.Abi.Number(bytes[4..8]))}"), null),
        _ => (string.Create(CultureInfo.InvariantCulture, $"{Families.GetValueOrDefault(family) ?? NumberFormat.Hex(family)} (length {bytes.Length})"), null),
    };

    // unix(7): no name, an abstract one of all its bytes, or a path up to a zero or the end.
    private static (string Text, string? FullPath) Unix(ref CallContext call, scoped ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return ("unix (unnamed)", null);
        if (name[0] == 0) return ("unix @" + ArgumentText.Of(name[1..]), null);
        var path = Name(name);
        return ("unix " + path, path[0] == '/' ? path : PathParameter.Join(call.WorkingDirectory(), path));
    }

    // sockaddr_in6: family, port, flow, address, scope; the oldest has no scope.
    private static string Inet6(CallAbi abi, ReadOnlySpan<byte> bytes)
    {
        var scope = bytes.Length >= 28 ? abi.Number(bytes[24..28]) : 0;
        var address = new IPAddress(bytes[8..24]);
        return scope == 0
            ? string.Create(CultureInfo.InvariantCulture, $"inet6 [{address}]:{Port(bytes)}")
            : string.Create(CultureInfo.InvariantCulture, $"inet6 [{address}%{scope}]:{Port(bytes)}");
    }

    private static ushort Port(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);

    // VMADDR_CID_HYPERVISOR, _LOCAL, _HOST of linux/vm_sockets.h
    private static string VsockContext(uint cid) => cid switch { 0 => "hypervisor", 1 => "local", 2 => "host", _ => Any(cid) };

    private static string Any(uint value) => value == uint.MaxValue ? "any" : value.ToString(CultureInfo.InvariantCulture);

    private static string Name(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return ArgumentText.Of(end < 0 ? bytes : bytes[..end]);
    }

    private static Dictionary<ulong, string> LoadFamilies()
    {
        var names = new Dictionary<ulong, string>();
        foreach (var name in ArgumentConstants.Names.Where(n => n.StartsWith("AF_", StringComparison.Ordinal)))
        {
            if (ArgumentConstants.TryGet(name, out var value)) names.TryAdd(value, name);
        }

        return names;
    }
}
