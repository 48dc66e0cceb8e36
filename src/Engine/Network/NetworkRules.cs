namespace Sandbox.Network;

/// <summary>A profile's rules about addresses. What one rule refuses no other allows.</summary>
internal static class NetworkRules
{
    public static IReadOnlyList<AddressRange> Denied(HardeningProfile profile) =>
    [
        .. profile.DenyCidrs.Select(r => AddressRange.Parse(r, "DenyCidr")),
        .. profile.BlockPrivate ? KnownRanges.Private : [],
        .. profile.BlockMetadata ? KnownRanges.Metadata : [],
    ];

    public static IReadOnlyList<AddressRange> Allowed(HardeningProfile profile) => [.. profile.AllowCidrs.Select(r => AddressRange.Parse(r, "AllowCidr"))];

    /// <summary>Without those that lie in another: a set of nft takes no overlapping ones.</summary>
    public static IReadOnlyList<AddressRange> Widest(IEnumerable<AddressRange> ranges)
    {
        var distinct = ranges.Distinct().ToList();
        return [.. distinct.Where(r => !distinct.Any(o => o != r && o.Contains(r)))];
    }

    /// <summary>Whether a profile says anything that only a network of its own can do.</summary>
    public static string? First(HardeningProfile p) =>
        p.AllowCidrs.Count > 0 ? "-AllowCidr" : p.DenyCidrs.Count > 0 ? "-DenyCidr" : p.DefaultNetworkPolicy != NetworkDefault.Allow ? "-DefaultNetworkPolicy"
        : p.BlockPrivate ? "-BlockPrivate" : p.BlockMetadata ? "-BlockMetadata" : p.PublishPorts.Count > 0 ? "-PublishPort" : null;

    /// <summary>Reads everything, and refuses what could never do what it says.</summary>
    public static void Check(HardeningProfile profile)
    {
        var denied = Denied(profile);
        foreach (var range in Allowed(profile))
        {
            if (denied.FirstOrDefault(d => d.Contains(range)) is { } by) throw AddressRange.Invalid("AllowCidr", range.ToString(), $"is refused as a whole, by {by} of -DenyCidr, -BlockPrivate or -BlockMetadata, and what is refused stays so");
        }

        var mappings = profile.PublishPorts.Select(p => PortMapping.Parse(p, "PublishPort")).ToArray();
        if (mappings.GroupBy(m => (m.HostPort, m.Protocol)).FirstOrDefault(g => g.Count() > 1) is { } twice) throw AddressRange.Invalid("PublishPort", twice.Last().ToString(), "names a port of the host that another one names too");
        foreach (var line in profile.HostEntries) HostsLine.Parse(line, "HostEntry");
        foreach (var server in profile.DnsServers) NameServers.Parse(server, "DnsServer");
    }
}
