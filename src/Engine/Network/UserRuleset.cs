using System.Net;

namespace Sandbox.Network;

/// <summary>
/// The rules of a sandbox with -Network User, in its own network namespace: nobody in there has the capability to change them. What pasta
/// would connect to on the host itself is closed as it is for -Network Nat; so are the sandboxes there, whose every port is open to their host.
/// </summary>
internal sealed class UserRuleset(NatAddresses addresses, HardeningProfile profile, IReadOnlyList<IPAddress> nameServers, IEnumerable<AddressRange> hosts, bool withIPv4, bool withIPv6)
    : NftRuleset("sandbox", profile, nameServers)
{
    // What no network leads to, and what reaches the host's services by a detour: loopback in every form, groups, broadcasts.
    private static readonly AddressRange[] Nowhere = [.. new[] { "0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255", "::/127", "::ffff:0:0/96", "ff00::/8" }.Select(Range)];
    private readonly IReadOnlyList<PortMapping> _published = [.. profile.PublishPorts.Select(p => PortMapping.Parse(p, "PublishPort"))];

    // Before a packet has left its own host the answer of a router comes to a socket that is still busy with connect(2), which then waits
    // for its next try; a reset ends it at once.
    protected override string Refuse => "jump refuse";

    protected override void AddChains()
    {
        Chain("refuse", null, ["meta l4proto tcp reject with tcp reset", Unreachable]);
        Chain("output", "type filter hook output priority filter; policy drop;",
        [
            "oifname \"lo\" accept",
            withIPv4 ? $"ip saddr != {addresses.Target4} drop" : "meta nfproto ipv4 drop",
            // Not the unspecified address either, by which it would look for duplicates: pasta would take it for the target's.
            withIPv6 ? $"ip6 saddr != {{ {addresses.Target6}, fe80::/10 }} drop" : "meta nfproto ipv6 drop",
            "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept",
            "ct state established,related accept",
            "ct state invalid drop",
            .. Match("daddr", Nowhere, Refuse),
            .. Policy(),
            .. Match("daddr", hosts.Concat(NatAddresses.All), Refuse),
            Default,
        ]);
        Chain("input", "type filter hook input priority filter; policy drop;",
        [
            "iifname \"lo\" accept",
            "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept",
            "ct state established,related accept",
            .. _published.Select(p => FormattableString.Invariant($"{p.Protocol} dport {p.SandboxPort} accept")),
        ]);
        Chain("forward", "type filter hook forward priority filter; policy drop;", []);
    }

    private static AddressRange Range(string text) => new(IPAddress.Parse(text.Split('/')[0]), text.Contains('/') ? int.Parse(text.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture) : 32);
}
