using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>A sandbox with -Network Nat on a host of its own, with a server as the observer.</summary>
public sealed class NatNetworkTests
{
    [Fact]
    public void It_reaches_the_server_by_the_hosts_addresses_and_leaves_nothing()
    {
        using var world = new NetworkWorld();
        var before = world.State();
        var said = world.Sandboxed(Profile(""), $"curl -sS -m 5 http://{NetworkWorld.Server}/ 'http://[{NetworkWorld.Server6}]/'; cat /etc/resolv.conf");
        Assert.Contains($"you are {NetworkWorld.Host}\n", said, StringComparison.Ordinal);
        Assert.Contains($"you are {NetworkWorld.Host6}\n", said, StringComparison.Ordinal);
        Assert.Equal([$"from {NetworkWorld.Host} to {NetworkWorld.Server}", $"from {NetworkWorld.Host6} to {NetworkWorld.Server6}"], world.Seen);
        foreach (var row in new[] { "network_link", "network_policy", "network_forwarding", "network_ipv6", "name_resolution" }) Assert.Contains($"row {row} Applied", said, StringComparison.Ordinal);
        Assert.Contains("level Full", said, StringComparison.Ordinal);
        Assert.Equal(before, world.State());
    }

    [Fact]
    public void Without_a_network_the_same_program_reaches_nothing()
    {
        using var world = new NetworkWorld();
        var said = world.Sandboxed("""{ "extends": "Strict", "name": "none" }""", $"curl -sS -m 5 http://{NetworkWorld.Server}/");
        Assert.DoesNotContain("you are", said, StringComparison.Ordinal);
        Assert.Empty(world.Seen);
    }

    // Each address is reached without the rule, or it would prove nothing.
    [Theory]
    [InlineData("\"denyCidrs\": [\"198.51.100.0/24\"]", NetworkWorld.Private, NetworkWorld.Server)]
    [InlineData("\"denyCidrs\": [\"2001:db8:1::/64\"]", NetworkWorld.Server, "[" + NetworkWorld.Server6 + "]")]
    [InlineData("\"denyCidrs\": [\"198.51.100.2\"], \"allowCidrs\": [\"198.51.100.0/24\"]", NetworkWorld.Private, NetworkWorld.Server)]
    [InlineData("\"defaultNetworkPolicy\": \"Deny\", \"allowCidrs\": [\"198.51.100.0/24\"]", NetworkWorld.Server, NetworkWorld.Private)]
    [InlineData("\"defaultNetworkPolicy\": \"Deny\", \"allowCidrs\": [\"2001:db8::/32\"]", "[" + NetworkWorld.Server6 + "]", NetworkWorld.Server)]
    [InlineData("\"blockPrivate\": true", NetworkWorld.Server, NetworkWorld.Private)]
    [InlineData("\"blockMetadata\": true", NetworkWorld.Private, NetworkWorld.Metadata)]
    public void What_a_rule_refuses_never_arrives(string rules, string reached, string refused)
    {
        using var world = new NetworkWorld();
        var script = $"curl -sS -m 5 http://{reached}/; curl -sS -m 5 http://{refused}/ || echo refused";
        var without = world.Sandboxed(Profile(""), script);
        Assert.DoesNotContain("refused", without, StringComparison.Ordinal);
        Assert.Equal(2, world.Seen.Length);
        var with = world.Sandboxed(Profile(rules), script);
        Assert.Contains("you are", with, StringComparison.Ordinal);
        Assert.Contains("refused", with, StringComparison.Ordinal);
        Assert.Equal(3, world.Seen.Length);
        Assert.EndsWith(reached.Trim('[', ']'), world.Seen[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NetworkWorld.Host)]
    [InlineData("[" + NetworkWorld.Host6 + "]")]
    public void Services_of_the_host_are_closed_unless_they_are_named(string address)
    {
        using var world = new NetworkWorld();
        world.ServeOnHost(8081);
        var script = $"curl -sS -m 5 http://{address}:8081/ || echo refused";
        Assert.Contains("refused", world.Sandboxed(Profile(""), script), StringComparison.Ordinal);
        var open = world.Sandboxed(Profile($"\"allowCidrs\": [\"{address.Trim('[', ']')}\"]"), script);
        Assert.Contains("you are", open, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_asked_where_it_says()
    {
        using var world = new NetworkWorld();
        var said = world.Sandboxed(Profile($"\"dnsServers\": [\"192.0.2.53\"], \"hostEntries\": [\"{NetworkWorld.Server} srv.test srv\"]"), "cat /etc/resolv.conf; curl -sS -m 5 http://srv.test/");
        Assert.Contains("nameserver 192.0.2.53\n", said, StringComparison.Ordinal);
        Assert.Contains($"you are {NetworkWorld.Host}\n", said, StringComparison.Ordinal);
    }

    // Under a default of Deny the port of the name server is the only way out.
    [Fact]
    public void The_name_server_is_reached_whatever_the_rules_say()
    {
        using var world = new NetworkWorld();
        world.ServeOnServer(53);
        var said = world.Sandboxed(Profile($"\"dnsServers\": [\"{NetworkWorld.Private}\"], \"defaultNetworkPolicy\": \"Deny\", \"blockPrivate\": true"), $"curl -sS -m 5 http://{NetworkWorld.Private}:53/; curl -sS -m 5 http://{NetworkWorld.Private}/ || echo refused");
        Assert.Contains("you are", said, StringComparison.Ordinal);
        Assert.Contains("refused", said, StringComparison.Ordinal);
        Assert.Empty(world.Seen);
    }

    [Theory]
    [InlineData(NetworkWorld.Host)]
    [InlineData("[" + NetworkWorld.Host6 + "]")]
    public void A_published_port_leads_in_from_outside_and_from_the_host(string address)
    {
        using var world = new NetworkWorld();
        var before = world.State();
        var perl = """use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 8080, V6Only => 0, Listen => 5, ReuseAddr => 1) or die $@; while (my $c = $s->accept) { my $l; 1 while ($l = <$c>) && $l =~ /\S/; print $c "HTTP/1.0 200 OK\r\n\r\nin the sandbox\n"; close $c }""";
        var host = world.Hosting("hold", Profile("\"publishPorts\": [\"8000:8080\"]"), $"perl -e '{perl}'");
        NetworkWorld.Await(host, "running");
        var url = $"http://{address}:8000/";
        Assert.Equal("in the sandbox\n", world.OnServer("curl", "-s", "-m", "5", "--retry", "20", "--retry-delay", "1", "--retry-all-errors", url));
        Assert.Equal("in the sandbox\n", world.OnHost("curl", "-sS", "-m", "5", url));
        Assert.Contains("PublishPort,EADDRINUSE", world.Sandboxed(Profile("\"publishPorts\": [\"8000:80\"]"), "true"), StringComparison.Ordinal);
        // A port that is not published is closed, also to one who knows the way.
        world.OnServer("ip", "route", "add", "10.240.0.0/16", "via", NetworkWorld.Host);
        var inside = world.OnHost("sh", "-c", "ip -o -4 address | sed -n 's/.* inet \\(10.240[0-9.]*\\).*/\\1/p'").Trim();
        var target = inside[..(inside.LastIndexOf('.') + 1)] + (int.Parse(inside[(inside.LastIndexOf('.') + 1)..], System.Globalization.CultureInfo.InvariantCulture) + 1);
        Assert.Contains("in the sandbox", world.OnHost("curl", "-sS", "-m", "5", $"http://{target}:8080/"), StringComparison.Ordinal);
        Assert.Equal("closed\n", world.OnServer("sh", "-c", $"curl -sS -m 1 http://{target}:8080/ 2>/dev/null || echo closed"));
        host.StandardInput.WriteLine();
        Assert.True(host.WaitForExit(20_000));
        Assert.Equal(before, world.State());
    }

    [Theory]
    [InlineData(NetworkWorld.Host)]
    [InlineData(NetworkWorld.Host6)]
    public void A_published_port_may_be_one_of_udp(string address)
    {
        using var world = new NetworkWorld();
        var perl = """use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 5353, V6Only => 0, Proto => "udp") or die $@; while (defined $s->recv(my $m, 100)) { $s->send("got $m") }""";
        var host = world.Hosting("hold", Profile("\"publishPorts\": [\"53:5353/udp\"]"), $"perl -e '{perl}'");
        NetworkWorld.Await(host, "running");
        var ask = """use IO::Socket::IP; my $s = IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => 53, Proto => "udp") or die $@; for (1..20) { $s->send("it"); my $r = ""; vec($r, fileno $s, 1) = 1; if (select($r, undef, undef, 0.5) && defined $s->recv(my $m, 100)) { print $m; exit } sleep 0.2 }""";
        Assert.Equal("got it", world.OnServer("perl", "-e", ask, address));
    }

    // Two at once share what they borrow; the first to end leaves it to the other.
    [Fact]
    public void Forwarding_lasts_as_long_as_anybody_needs_it()
    {
        using var world = new NetworkWorld();
        var before = world.State();
        var first = world.Hosting("hold", Profile(""), "sleep 60");
        NetworkWorld.Await(first, "running");
        Assert.Equal("1\n", world.OnHost("cat", "/proc/sys/net/ipv4/conf/up0/forwarding"));
        Assert.Contains("you are", world.Sandboxed(Profile(""), $"curl -sS -m 5 http://{NetworkWorld.Server}/"), StringComparison.Ordinal);
        Assert.Equal("1\n", world.OnHost("cat", "/proc/sys/net/ipv4/conf/up0/forwarding"));
        first.StandardInput.WriteLine();
        Assert.True(first.WaitForExit(20_000));
        Assert.Equal(before, world.State());
    }

    // An interface that forwards for a sandbox would make a router of the host: a neighbour's packets to others would be passed on.
    [Fact]
    public void What_forwards_for_a_sandbox_forwards_for_nobody_else()
    {
        using var world = new NetworkWorld();
        world.OnServer("ip", "route", "add", "192.0.2.0/24", "via", NetworkWorld.Host);
        world.OnServer("nft", "add table ip seen; add counter ip seen back; add chain ip seen in { type filter hook prerouting priority -300; }; add rule ip seen in ip daddr 192.0.2.200 counter name back");
        string Returned()
        {
            world.OnServer("sh", "-c", "curl -s -m 1 http://192.0.2.200/ || true");
            return world.OnServer("nft", "reset counters table ip seen").Contains("packets 0 ", StringComparison.Ordinal) ? "none" : "some";
        }

        Assert.Equal("none", Returned());
        var host = world.Hosting("hold", Profile(""), "sleep 60");
        NetworkWorld.Await(host, "running");
        Assert.Equal("1\n", world.OnHost("cat", "/proc/sys/net/ipv4/conf/up0/forwarding"));
        Assert.Equal("none", Returned());
        host.StandardInput.WriteLine();
        Assert.True(host.WaitForExit(20_000));
        world.OnHost("sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/up0/forwarding");
        Assert.Equal("some", Returned());
    }

    [Fact]
    public void A_rule_that_could_not_be_loaded_keeps_the_program_from_running()
    {
        using var world = new NetworkWorld();
        // A program called so that answers with an error stands for one that the kernel refuses.
        var said = world.OnHost("unshare", "-m", "sh", "-c", $"mount --bind /bin/false /usr/sbin/nft; \"$@\" || true", "sh", Environment.ProcessPath!, "host", "network", "run", Profile(""), "echo it ran");
        Assert.Contains("error ", said, StringComparison.Ordinal);
        Assert.Contains("network_link", said, StringComparison.Ordinal);
        Assert.DoesNotContain("it ran", said, StringComparison.Ordinal);
        Assert.DoesNotContain("sbx", world.State(), StringComparison.Ordinal);
    }

    private static string Profile(string rules) => $$"""{ "extends": "Strict", "name": "nat", "network": "Nat", "allowLoosening": true {{(rules.Length > 0 ? ", " : "")}}{{rules}} }""";
}
