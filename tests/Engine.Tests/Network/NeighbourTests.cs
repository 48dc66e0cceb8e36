using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>Two sandboxes with -Network Nat on one host, one of which does what it can to reach the other, or to pass for it.</summary>
public sealed class NeighbourTests : IDisposable
{
    private const string Server = """use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 8080, V6Only => 0, Listen => 5, ReuseAddr => 1) or die $@; while (my $c = $s->accept) { my $l; 1 while ($l = <$c>) && $l =~ /\S/; print $c "HTTP/1.0 200 OK\r\n\r\nthe other\n"; close $c }""";
    // All but what the link's own ends ask each other.
    private const string Quiet = "not arp and not (ip6 and dst net ff02::/16) and not (icmp6 and (ip6[40] = 135 or ip6[40] = 136))";
    private readonly NetworkWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void They_do_not_reach_each_other_but_by_a_published_port()
    {
        var other = Other("\"publishPorts\": [\"8000:8080\"]");
        Assert.Equal("the other\n", _world.OnHost("curl", "-sS", "-m", "5", $"http://{other.Four}:8080/"));
        Assert.Equal("the other\n", _world.OnHost("curl", "-sS", "-m", "5", $"http://[{other.Six}]:8080/"));
        using var seen = _world.CaptureOnHost(other.Link);
        var said = Run(NetworkProfiles.Master(), $"""
            curl -sS -m 1 http://{other.Four}:8080/; curl -sS -m 1 'http://[{other.Six}]:8080/'
            {Udp(other.Four)}; {Udp($"{other.Six}")}
            perl -e 'use Socket; socket(my $s, AF_INET, SOCK_RAW, 1) or die; send($s, "\x08\0\xf7\xff\0\0\0\0", 0, pack_sockaddr_in(0, inet_aton("{other.Four}"))) or die'
            ip route add {other.Four}/32 via $(ip route | sed -n 's/default via \([0-9.]*\) .*/\1/p') src $(hostname -I 2>/dev/null | cut -d' ' -f1) 2>/dev/null
            curl -sS -m 1 http://{other.Four}:8080/
            """);
        Assert.DoesNotContain("the other", said, StringComparison.Ordinal);
        Assert.DoesNotContain("not permitted", said, StringComparison.Ordinal);
        Assert.Empty(seen.End().Seen(Quiet));
        foreach (var address in new[] { NetworkWorld.Host, $"[{NetworkWorld.Host6}]" }) Assert.Contains("the other", Run(NetworkProfiles.Nat(), $"curl -sS -m 5 http://{address}:8000/"), StringComparison.Ordinal);
        Assert.DoesNotContain("the other", Run(NetworkProfiles.Nat("\"defaultNetworkPolicy\": \"Deny\""), $"curl -sS -m 5 http://{NetworkWorld.Host}:8000/"), StringComparison.Ordinal);
    }

    // The kernel would take packets of whatever source that comes in by the link; connection tracking would, too.
    [Fact]
    public void One_that_takes_other_addresses_gets_nowhere_by_them()
    {
        var other = Other("");
        _world.OnHost("nft", $$"""add table inet seen; add counter inet seen tracked; add chain inet seen early { type filter hook prerouting priority -150; }; add rule inet seen early iifname != "up0" iifname != "{{other.Link}}" ip saddr { {{LeakAttempt.Foreign}}, {{other.Four}}, {{NetworkWorld.Server}} } counter name tracked; add rule inet seen early iifname != "up0" iifname != "{{other.Link}}" ip6 saddr { {{LeakAttempt.Foreign6}}, {{other.Six}} } counter name tracked""");
        using var wire = _world.CaptureOnServer();
        using var neighbour = _world.CaptureOnHost(other.Link);
        var targets = new[] { NetworkWorld.Server, NetworkWorld.Host, other.Four };
        var targets6 = new[] { NetworkWorld.Server6, NetworkWorld.Host6, other.Six };
        var said = Run(NetworkProfiles.Master("\"allowCidrs\": [\"192.0.2.0/24\"]"), $"""
            gateway=$(ip route | sed -n 's/default via \([0-9.]*\) .*/\1/p'); gateway6=$(ip -6 route | sed -n 's/default via \([0-9a-f:]*\) .*/\1/p')
            {Udp(NetworkWorld.Server, 4100)}
            nft flush ruleset && nft add table inet mine && echo 'rules changed'
            for a in {LeakAttempt.Foreign} {other.Four} {NetworkWorld.Server}; do ip address add $a/32 dev lo && echo "took $a"; done
            for a in {LeakAttempt.Foreign6} {other.Six}; do ip -6 address add $a/128 dev lo nodad && echo "took $a"; done
            ip route del default; ip route add default via $gateway dev eth0; ip -6 route del default; ip -6 route add default via $gateway6 dev eth0
            {string.Join('\n', targets.SelectMany(t => new[] { LeakAttempt.Foreign, other.Four, NetworkWorld.Server }.Where(f => f != t).Select(f => UdpFrom(f, t))))}
            {string.Join('\n', targets6.SelectMany(t => new[] { LeakAttempt.Foreign6, other.Six }.Where(f => f != t).Select(f => UdpFrom(f, t))))}
            ip link set eth0 down; ip link set eth0 address 02:de:ad:be:ef:02; ip link set eth0 up; ip route add default via $gateway dev eth0
            ip address del {NetworkWorld.Server}/32 dev lo; {Udp(NetworkWorld.Server, 4102)}
            """);
        foreach (var taken in new[] { LeakAttempt.Foreign, other.Four, NetworkWorld.Server, LeakAttempt.Foreign6, other.Six }) Assert.Contains($"took {taken}", said, StringComparison.Ordinal);
        Assert.Contains("rules changed", said, StringComparison.Ordinal);
        // What it sends as itself arrives, by whatever MAC: the link has two ends.
        wire.End();
        foreach (var port in new[] { 4100, 4102 }) Assert.NotEmpty(wire.Seen($"src host {NetworkWorld.Host} and udp dst port {port}"));
        Assert.Empty(wire.Seen("udp dst port 4101"));
        Assert.Empty(wire.Seen($"not src host {NetworkWorld.Host} and not src host {NetworkWorld.Host6} and not src host {NetworkWorld.Server} and not (ip6 and dst net ff02::/16)"));
        Assert.Empty(neighbour.End().Seen(Quiet));
        Assert.Contains("packets 0 ", _world.OnHost("nft", "list", "counters", "table", "inet", "seen"), StringComparison.Ordinal);
        // The other is where it was.
        Assert.Equal("the other\n", _world.OnHost("curl", "-sS", "-m", "5", $"http://{other.Four}:8080/"));
    }

    // It may end its own link: the host's end goes with it, and the removal finds nothing of it.
    [Fact]
    public void One_that_deletes_its_link_leaves_nothing_either()
    {
        var before = _world.State();
        var said = Run(NetworkProfiles.Master(), $"ip link delete eth0 && echo deleted; curl -sS -m 1 http://{NetworkWorld.Server}/");
        Assert.Contains("deleted", said, StringComparison.Ordinal);
        Assert.Empty(_world.Seen);
        Assert.Equal(before, _world.State());
    }

    // A packet with a source route shows the rules an address that they allow, and goes to another.
    [Fact]
    public void A_source_route_leads_nowhere()
    {
        _world.OnHost("sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/accept_source_route; echo 1 > /proc/sys/net/ipv4/conf/default/accept_source_route");
        string Sent(bool taken)
        {
            using var wire = _world.CaptureOnServer();
            var send = $$"""perl -e 'use Socket qw(:all); socket(my $s, AF_INET, SOCK_DGRAM, 17) or die; setsockopt($s, 0, 4, pack("CCCa4C", 131, 7, 4, inet_aton("{{NetworkWorld.Host}}"), 1)) or die $!; socket(my $o, AF_INET, SOCK_DGRAM, 17) or die; for (;;) { send($o, "plain", 0, pack_sockaddr_in(4104, inet_aton("{{NetworkWorld.Server}}"))) or die $!; send($s, "leak", 0, pack_sockaddr_in(4103, inet_aton("{{NetworkWorld.Private}}"))) or die $!; select undef, undef, undef, 0.1 }'""";
            var host = _world.Hosting("hold", NetworkProfiles.Master("\"blockPrivate\": true"), send);
            NetworkWorld.Await(host, "running");
            if (taken) _world.OnHost("sh", "-c", $"echo 1 > /proc/sys/net/ipv4/conf/{_world.Sandbox().Link}/accept_source_route");
            var before = wire.Arrived("udp dst port 4104");
            Assert.True(ProcessState.Eventually(() => wire.Arrived("udp dst port 4104") > before + 5));
            host.StandardInput.WriteLine();
            Assert.True(host.WaitForExit(20_000));
            return string.Join('\n', wire.End().Seen($"dst host {NetworkWorld.Private}"));
        }

        Assert.Contains("4103", Sent(taken: true), StringComparison.Ordinal);
        Assert.Equal("", Sent(taken: false));
    }

    private (string Link, string Four, string Six) Other(string rules)
    {
        NetworkWorld.Await(_world.Hosting("hold", NetworkProfiles.Nat(rules), $"perl -e '{Server}'"), "running");
        var other = _world.Sandbox();
        Assert.True(ProcessState.Eventually(() => _world.OnHost("sh", "-c", $"curl -s -m 1 http://{other.Four}:8080/ || true").Length > 0, 20_000));
        return other;
    }

    private string Run(string profile, string script) => _world.Sandboxed(profile, script);

    private static string Udp(string to, int port = 8080) => $"perl -e 'use IO::Socket::IP; IO::Socket::IP->new(PeerHost => \"{to}\", PeerPort => {port}, Proto => \"udp\")->send(\"x\")'";

    private static string UdpFrom(string from, string to) => $"perl -e 'use IO::Socket::IP; IO::Socket::IP->new(LocalHost => \"{from}\", PeerHost => \"{to}\", PeerPort => 4101, Proto => \"udp\")->send(\"x\") or print \"failed $!\"'";
}
