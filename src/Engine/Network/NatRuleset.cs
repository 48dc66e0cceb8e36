using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sandbox.Network;

/// <summary>
/// The ruleset of one sandbox, as nft reads it: a table of its own, so that it comes, and goes, as a whole. What it says of other traffic
/// than the sandbox's is only that interfaces which forward for our sake forward nothing else.
/// </summary>
internal sealed class NatRuleset(NatAddresses addresses, HardeningProfile profile, IReadOnlyList<IPAddress> nameServers, IReadOnlyList<string> borrowed, bool withIPv6)
{
    private readonly StringBuilder _text = new();

    /// <summary>How many rules the table has.</summary>
    public int Rules { get; private set; }

    /// <summary>The whole text.</summary>
    public string Build()
    {
        Line($"create table inet {addresses.Table}"); // an error where somebody has one of that name
        Line($"table inet {addresses.Table} {{");
        Chain("entry", "type filter hook prerouting priority raw; policy accept;", Entry());
        Chain("forward", "type filter hook forward priority filter; policy accept;", Forward());
        Chain("input", "type filter hook input priority filter; policy accept;", [$"iifname {Link} jump local"]);
        Chain("outgoing", null, ["ct state established,related accept", "ct state != new drop", .. Policy(), profile.DefaultNetworkPolicy == NetworkDefault.Allow ? "accept" : Refuse]);
        Chain("local", null, ["ct state established,related accept", "ct state invalid drop", "ip protocol icmp icmp type echo-request accept", "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, echo-request } accept", .. Policy(), Refuse]);
        Chain("incoming", null, ["ct state established,related accept", "ct status dnat accept", "drop"]);
        Chain("postrouting", "type nat hook postrouting priority srcnat; policy accept;", Masquerade());
        if (profile.PublishPorts.Count > 0)
        {
            Chain("prerouting", "type nat hook prerouting priority dstnat; policy accept;", Published("ip daddr != 127.0.0.0/8 "));
            Chain("output", "type nat hook output priority -100; policy accept;", Published(""));
        }

        Line("}");
        return _text.ToString();
    }

    private const string Refuse = "reject with icmpx type admin-prohibited";

    private string Link => Quoted(addresses.Link);

    private IEnumerable<string> Forward()
    {
        yield return $"iifname {Link} jump outgoing";
        yield return $"oifname {Link} jump incoming";
        if (borrowed.Count > 0) yield return $"iifname {Set(borrowed.Select(Quoted))} oifname != {Quoted(NatAddresses.LinkPrefix + "*")} drop";
    }

    // Whoever has CAP_NET_ADMIN or CAP_NET_RAW in there could take another's address, or send to the host's loopback. It ends before anything
    // is made of it: connection tracking would take it for the other's, and what that knows of a connection is for all.
    private IEnumerable<string> Entry()
    {
        yield return $"iifname {Link} ip saddr != {addresses.Target4} drop";
        yield return $"iifname {Link} ip daddr 127.0.0.0/8 drop";
        yield return $"iifname {Link} " + (withIPv6 ? $"ip6 saddr != {{ {addresses.Target6}, fe80::/10, :: }} drop" : "meta nfproto ipv6 drop");
    }

    private IEnumerable<string> Policy()
    {
        foreach (var rule in Match("daddr", [.. nameServers.Select(s => new AddressRange(s, s.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))], "meta l4proto { tcp, udp } th dport 53 accept")) yield return rule;
        foreach (var rule in Match("daddr", NetworkRules.Denied(profile), Refuse)) yield return rule;
        foreach (var rule in Match("daddr", NetworkRules.Allowed(profile), "accept")) yield return rule;
    }

    private IEnumerable<string> Masquerade()
    {
        yield return $"ip saddr {addresses.Target4} oifname != {Link} masquerade";
        if (withIPv6) yield return $"ip6 saddr {addresses.Target6} oifname != {Link} masquerade";
        // What the host sends to a published port at its loopback gets an address to which there is a way back.
        if (profile.PublishPorts.Count > 0) yield return $"ip saddr 127.0.0.0/8 oifname {Link} masquerade";
    }

    // At ::1 nobody gets in: the kernel drops the answers, and has no setting such as route_localnet.
    private IEnumerable<string> Published(string four)
    {
        foreach (var mapping in profile.PublishPorts.Select(p => PortMapping.Parse(p, "PublishPort")))
        {
            yield return FormattableString.Invariant($"fib daddr type local {four}{mapping.Protocol} dport {mapping.HostPort} dnat ip to {addresses.Target4}:{mapping.SandboxPort}");
            if (withIPv6) yield return FormattableString.Invariant($"fib daddr type local ip6 daddr != ::1 {mapping.Protocol} dport {mapping.HostPort} dnat ip6 to [{addresses.Target6}]:{mapping.SandboxPort}");
        }
    }

    private static IEnumerable<string> Match(string field, IReadOnlyList<AddressRange> ranges, string verdict)
    {
        foreach (var family in ranges.GroupBy(r => r.IsIPv6)) yield return $"{(family.Key ? "ip6" : "ip")} {field} {Set(NetworkRules.Widest(family))} {verdict}";
    }

    private static string Set(IEnumerable<object> elements) => $"{{ {string.Join(", ", elements)} }}";

    private static string Quoted(string name) => $"\"{name}\"";

    private void Chain(string name, string? hook, IEnumerable<string> rules)
    {
        Line($"  chain {name} {{");
        if (hook is not null) Line("    " + hook);
        foreach (var rule in rules)
        {
            Line("    " + rule);
            Rules++;
        }

        Line("  }");
    }

    private void Line(string text) => _text.Append(text).Append('\n');
}
