using System.Net;

namespace Sandbox.Network;

/// <summary>
/// The rules of a sandbox with -Network Nat, on the host. What they say of other traffic than the sandbox's is only that interfaces which
/// forward for our sake forward nothing else.
/// </summary>
internal sealed class NatRuleset(NatAddresses addresses, HardeningProfile profile, IReadOnlyList<IPAddress> nameServers, IReadOnlyList<string> borrowed, bool withIPv6)
    : NftRuleset(addresses.Table, profile, nameServers)
{
    private readonly IReadOnlyList<string> _published = profile.PublishPorts;

    protected override void AddChains()
    {
        Chain("forward", "type filter hook forward priority filter; policy accept;", Forward());
        Chain("input", "type filter hook input priority filter; policy accept;", [$"iifname {Link} jump local"]);
        Chain("outgoing", null, [.. Spoofed(), "ct state established,related accept", "ct state invalid drop", .. Policy(), Default]);
        Chain("local", null, [.. Spoofed(), "ct state established,related accept", "ct state invalid drop", "ip protocol icmp icmp type echo-request accept", "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, echo-request } accept", .. Policy(), Refuse]);
        Chain("incoming", null, ["ct state established,related accept", "ct status dnat accept", "drop"]);
        Chain("postrouting", "type nat hook postrouting priority srcnat; policy accept;", Masquerade());
        var published = Published().ToArray();
        if (published.Length > 0)
        {
            Chain("prerouting", "type nat hook prerouting priority dstnat; policy accept;", published);
            Chain("output", "type nat hook output priority -100; policy accept;", published);
        }
    }

    private string Link => Quoted(addresses.Link);

    private IEnumerable<string> Forward()
    {
        yield return $"iifname {Link} jump outgoing";
        yield return $"oifname {Link} jump incoming";
        if (borrowed.Count > 0) yield return $"iifname {Set(borrowed.Select(Quoted))} oifname != {Quoted(NatAddresses.LinkPrefix + "*")} drop";
    }

    // Whoever has CAP_NET_ADMIN or CAP_NET_RAW in there could take another's address.
    private IEnumerable<string> Spoofed()
    {
        yield return $"ip saddr != {addresses.Target4} drop";
        yield return withIPv6 ? $"ip6 saddr != {{ {addresses.Target6}, fe80::/10, :: }} drop" : "meta nfproto ipv6 drop";
    }

    private IEnumerable<string> Masquerade()
    {
        yield return $"ip saddr {addresses.Target4} oifname != {Link} masquerade";
        if (withIPv6) yield return $"ip6 saddr {addresses.Target6} oifname != {Link} masquerade";
    }

    private IEnumerable<string> Published()
    {
        foreach (var mapping in _published.Select(p => PortMapping.Parse(p, "PublishPort")))
        {
            yield return FormattableString.Invariant($"fib daddr type local ip daddr != 127.0.0.0/8 {mapping.Protocol} dport {mapping.HostPort} dnat ip to {addresses.Target4}:{mapping.SandboxPort}");
            if (withIPv6) yield return FormattableString.Invariant($"fib daddr type local ip6 daddr != ::1 {mapping.Protocol} dport {mapping.HostPort} dnat ip6 to [{addresses.Target6}]:{mapping.SandboxPort}");
        }
    }
}
