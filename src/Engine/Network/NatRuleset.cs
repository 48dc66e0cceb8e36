using System.Net;

namespace Sandbox.Network;

/// <summary>
/// The rules of a sandbox with -Network Nat, on the host. What they say of other traffic than the sandbox's is only that interfaces which
/// forward for our sake forward nothing else, in a chain for each family of addresses (<see cref="BorrowedForwarding"/>).
/// </summary>
internal sealed class NatRuleset(NatAddresses addresses, HardeningProfile profile, IReadOnlyList<IPAddress> nameServers, IReadOnlyList<BorrowedSetting> borrowed, bool withIPv6)
    : NftRuleset(addresses.Table, profile, nameServers)
{
    private readonly IReadOnlyList<string> _published = profile.PublishPorts;

    protected override void AddChains()
    {
        Chain("entry", "type filter hook prerouting priority raw; policy accept;", Entry());
        Chain("forward", "type filter hook forward priority filter; policy accept;", Forward());
        foreach (var six in Borrowed) Chain(BorrowedForwarding.Chain(six), null, [Elsewhere(six)]);
        Chain("input", "type filter hook input priority filter; policy accept;", [$"iifname {Link} jump local"]);
        Chain("outgoing", null, ["ct state established,related accept", "ct state != new drop", .. Policy(), Default]);
        Chain("local", null, ["ct state established,related accept", "ct state invalid drop", "ip protocol icmp icmp type echo-request accept", "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, echo-request } accept", .. Policy(), Refuse]);
        Chain("incoming", null, ["ct state established,related accept", "ct status dnat accept", "drop"]);
        Chain("postrouting", "type nat hook postrouting priority srcnat; policy accept;", Masquerade());
        if (_published.Count > 0)
        {
            Chain("prerouting", "type nat hook prerouting priority dstnat; policy accept;", Published("ip daddr != 127.0.0.0/8 "));
            Chain("output", "type nat hook output priority -100; policy accept;", Published(""));
        }
    }

    // The host may give a connection another destination (DNAT, a port that another sandbox publishes): where the program wanted to go counts
    // as well as where it would get.
    protected override IReadOnlyList<string> Destinations => ["F daddr", "ct original F daddr"];

    private string Link => Quoted(addresses.Link);

    private IEnumerable<string> Forward()
    {
        yield return $"iifname {Link} jump outgoing";
        yield return $"oifname {Link} jump incoming";
        foreach (var six in Borrowed) yield return $"meta nfproto {(six ? "ipv6" : "ipv4")} jump {BorrowedForwarding.Chain(six)}";
    }

    private IEnumerable<bool> Borrowed => borrowed.Select(s => s.IsIPv6).Distinct();

    private string Elsewhere(bool six) => $"iifname {Set(borrowed.Where(s => s.IsIPv6 == six).Select(HostForwarding.LinkOf).Distinct().Select(Quoted))} oifname != {Quoted(NatAddresses.LinkPrefix + "*")} drop";

    // Whoever has CAP_NET_ADMIN or CAP_NET_RAW in there could take another's address, or send to the host's loopback. It ends before anything
    // is made of it: connection tracking would take it for the other's, and what that knows of a connection is for all.
    private IEnumerable<string> Entry()
    {
        yield return $"iifname {Link} ip saddr != {addresses.Target4} drop";
        yield return $"iifname {Link} ip daddr 127.0.0.0/8 drop";
        yield return $"iifname {Link} " + (withIPv6 ? $"ip6 saddr != {{ {addresses.Target6}, fe80::/10, :: }} drop" : "meta nfproto ipv6 drop");
    }

    private IEnumerable<string> Masquerade()
    {
        yield return $"ip saddr {addresses.Target4} oifname != {Link} masquerade";
        if (withIPv6) yield return $"ip6 saddr {addresses.Target6} oifname != {Link} masquerade";
        // What the host sends to a published port at its loopback gets an address to which there is a way back.
        if (_published.Count > 0) yield return $"ip saddr 127.0.0.0/8 oifname {Link} masquerade";
    }

    // At ::1 nobody gets in: the kernel drops the answers, and has no setting such as route_localnet.
    private IEnumerable<string> Published(string four)
    {
        foreach (var mapping in _published.Select(p => PortMapping.Parse(p, "PublishPort")))
        {
            yield return FormattableString.Invariant($"fib daddr type local {four}{mapping.Protocol} dport {mapping.HostPort} dnat ip to {addresses.Target4}:{mapping.SandboxPort}");
            if (withIPv6) yield return FormattableString.Invariant($"fib daddr type local ip6 daddr != ::1 {mapping.Protocol} dport {mapping.HostPort} dnat ip6 to [{addresses.Target6}]:{mapping.SandboxPort}");
        }
    }
}
