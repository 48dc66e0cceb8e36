using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sandbox.Network;

/// <summary>A range of addresses in CIDR notation; an address alone is a range of one.</summary>
internal sealed record AddressRange(IPAddress Address, int Prefix)
{
    public bool IsIPv6 => Address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>Reads one; what is wrong is said of the parameter that holds it.</summary>
    public static AddressRange Parse(string text, string parameter) =>
        TryParse(text, out var range, out var error) ? range : throw Invalid(parameter, text, error);

    public static bool TryParse(string text, [NotNullWhen(true)] out AddressRange? range, out string error)
    {
        range = null;
        var parts = text.Split('/');
        if (parts.Length > 2 || !TryAddress(parts[0], out var address))
        {
            error = "is no address and no range in CIDR notation such as 10.0.0.0/8 or fd00::/8";
            return false;
        }

        var bits = address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        var prefix = bits;
        if (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bits))
        {
            error = $"has a prefix that is no number from 0 to {bits}";
            return false;
        }

        range = new(Masked(address, prefix), prefix);
        error = $"has bits beyond its prefix: the range is {range}";
        return range.Address.Equals(address);
    }

    /// <summary>An address as it is written in full: 10.1 and 012 mean different things to different programs.</summary>
    public static bool TryAddress(string text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && !address.IsIPv4MappedToIPv6
        && (address.AddressFamily == AddressFamily.InterNetworkV6 ? !text.Contains('%') && !text.Contains('[') : address.ToString() == text);

    public bool Contains(AddressRange other) => other.IsIPv6 == IsIPv6 && other.Prefix >= Prefix && Masked(other.Address, Prefix).Equals(Address);

    public bool Overlaps(AddressRange other) => Contains(other) || other.Contains(this);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Prefix}");

    internal static SandboxException Invalid(string parameter, string text, string error) =>
        new($"{parameter},EINVAL", SandboxErrorKind.InvalidArgument, $"-{parameter}: '{text}' {error}.", "Correct the value; Get-Help Start-HardenedProcess has examples.");

    private static IPAddress Masked(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++) bytes[i] &= (byte)(0xff << Math.Clamp(8 - (prefix - (8 * i)), 0, 8));
        return new(bytes);
    }
}
