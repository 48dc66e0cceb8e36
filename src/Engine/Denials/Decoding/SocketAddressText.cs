using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Sandbox.Seccomp;

namespace Sandbox.Denials;

/// <summary>struct sockaddr as text: ip(7), ipv6(7), unix(7), netlink(7), vsock(7), packet(7).</summary>
internal static class SocketAddressText
{
    public const int Most = 128; // sizeof(struct sockaddr_storage)

    private static readonly ConstantNames Families = ConstantNames.Of("AF_*");

    /// <summary>The text of an address, and its path where it is a named Unix socket.</summary>
    public static (string Text, string? Path) Of(ReadOnlySpan<byte> address)
    {
        if (address.Length < 2) return ("(too short)", null);
        var family = BinaryPrimitives.ReadUInt16LittleEndian(address);
        return family switch
        {
            1 => Unix(address[2..]),
            2 when address.Length >= 8 => ($"inet {new IPAddress(address[4..8])}:{Port(address)}", null),
            10 when address.Length >= 24 => (Inet6(address), null),
            16 when address.Length >= 12 => (string.Create(CultureInfo.InvariantCulture, $"netlink pid {Word(address, 4)} groups 0x{Word(address, 8):x}"), null),
            17 when address.Length >= 12 => (string.Create(CultureInfo.InvariantCulture, $"packet protocol 0x{BinaryPrimitives.ReadUInt16BigEndian(address[2..]):x4} interface {Word(address, 4)}"), null),
            40 when address.Length >= 12 => ($"vsock {Context(Word(address, 8))}:{Any(Word(address, 4))}", null),
            _ => ($"{Families.One(family)} {Convert.ToHexStringLower(address[2..])}", null),
        };
    }

    private static (string Text, string? Path) Unix(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return ("unix (unnamed)", null);
        if (name[0] == 0) return ($"unix @{ArgumentText.Of(name[1..])}", null); // abstract: every byte counts, zeros too
        var end = name.IndexOf((byte)0);
        var path = ArgumentText.Of(end < 0 ? name : name[..end]);
        return ($"unix {path}", path);
    }

    private static string Inet6(ReadOnlySpan<byte> address)
    {
        var scope = address.Length >= 28 ? Word(address, 24) : 0;
        return $"inet6 [{new IPAddress(address[8..24], scope)}]:{Port(address)}";
    }

    private static string Port(ReadOnlySpan<byte> address) => BinaryPrimitives.ReadUInt16BigEndian(address[2..]).ToString(CultureInfo.InvariantCulture);

    private static uint Word(ReadOnlySpan<byte> address, int at) => BinaryPrimitives.ReadUInt32LittleEndian(address[at..]);

    private static string Context(uint id) => id switch { 0 => "hypervisor", 1 => "local", 2 => "host", _ => Any(id) };

    private static string Any(uint value) => value == uint.MaxValue ? "any" : value.ToString(CultureInfo.InvariantCulture);
}
