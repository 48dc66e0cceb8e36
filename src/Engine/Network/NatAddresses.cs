using System.Globalization;
using System.Net;

namespace Sandbox.Network;

/// <summary>
/// What a sandbox's network is called and where it lies: one of 16,384 places, each with a /30 of 10.240.0.0/16 and a /64 of a unique local
/// prefix (RFC 4193).
/// </summary>
internal sealed record NatAddresses(int Place)
{
    public const int Places = 1 << 14;
    public const int Prefix4 = 30, Prefix6 = 64;
    public const string LinkPrefix = "sbx", TablePrefix = "sandbox-";

    /// <summary>All places: where other sandboxes of this machine are.</summary>
    public static IReadOnlyList<AddressRange> All { get; } = [new(new([10, 240, 0, 0]), 16), new(IPAddress.Parse("fd42:5b0c:6e1d::"), 48)];

    /// <summary>The first place that overlaps nothing; null where there is none.</summary>
    public static NatAddresses? Free(IReadOnlyList<AddressRange> taken) => Enumerable.Range(0, Places).Select(p => new NatAddresses(p)).FirstOrDefault(a => !a.Overlaps(taken));

    /// <summary>Whether somebody else has a part of it. What leads to nearly everything takes nothing.</summary>
    public bool Overlaps(IReadOnlyList<AddressRange> taken) => taken.Any(r => r.Prefix > 8 && (r.Overlaps(Range4) || r.Overlaps(Range6)));

    /// <summary>The id: its place, as four hexadecimal digits.</summary>
    public string Id => Place.ToString("x4", CultureInfo.InvariantCulture);

    /// <summary>The host's end.</summary>
    public string Link => LinkPrefix + Id;

    public string Table => TablePrefix + Id;

    public IPAddress Gateway4 => new([10, 240, (byte)(Place >> 6), (byte)((Place << 2) | 1)]);

    public IPAddress Target4 => new([10, 240, (byte)(Place >> 6), (byte)((Place << 2) | 2)]);

    public IPAddress Gateway6 => Address6(1);

    public IPAddress Target6 => Address6(2);

    public AddressRange Range4 => new(new([10, 240, (byte)(Place >> 6), (byte)(Place << 2)]), Prefix4);

    public AddressRange Range6 => new(Address6(0), Prefix6);

    private IPAddress Address6(int host) => IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"fd42:5b0c:6e1d:{Place:x}::{host:x}"));
}
