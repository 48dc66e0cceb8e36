namespace Sandbox.Network;

/// <summary>The ranges that -BlockPrivate and -BlockMetadata stand for. NAT64 reaches IPv4 addresses too (RFC 6052), so each has its form there.</summary>
internal static class KnownRanges
{
    /// <summary>Ranges that are no part of the public Internet: RFC 1918, 6598, 3927, 4193, 4291, 6890, 8215, and class E (RFC 1112), which Linux routes as it does any other.</summary>
    public static IReadOnlyList<AddressRange> Private { get; } = All(
        ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "240.0.0.0/4"],
        ["::/127", "fc00::/7", "fe80::/10", "fec0::/10", "64:ff9b:1::/48"]);

    /// <summary>Where clouds answer questions about the machine and its keys: AWS, Azure, Google, Alibaba, Oracle, Scaleway, Akamai (the last three as cloud-init asks them by IPv6).</summary>
    public static IReadOnlyList<AddressRange> Metadata { get; } = All(
        ["169.254.0.0/16", "100.100.100.200", "168.63.129.16", "192.0.0.192"],
        ["fd00:ec2::/32", "fd20:ce::254", "fd00:c1::a9fe:a9fe", "fd00:42::42", "fd00:a9fe:a9fe::1", "fe80::/10"]);

    private static IReadOnlyList<AddressRange> All(string[] four, string[] six)
    {
        var ranges = four.Select(r => AddressRange.Parse(r, "")).ToArray();
        return [.. ranges, .. six.Select(r => AddressRange.Parse(r, "")), .. ranges.Select(r => AddressRange.Parse($"64:ff9b::{r.Address}/{96 + r.Prefix}", ""))];
    }
}
