using System.Text.RegularExpressions;

namespace Sandbox.Tests.Network;

/// <summary>A sandbox with -Network User on a host of its own, with a server as the observer: what it reaches, and what it doesn't.</summary>
public sealed partial class UserNetworkTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_reaches_the_server_by_the_hosts_addresses_and_leaves_nothing(bool root)
    {
        using var user = new UserNetworkWorld(root);
        var world = user.World;
        var before = world.State() + string.Join('\n', world.Processes());
        var said = user.Sandboxed(Profile(""), $"curl -sS -m 5 http://{NetworkWorld.Server}/ 'http://[{NetworkWorld.Server6}]/'; cat /etc/resolv.conf");
        Assert.Contains($"you are {NetworkWorld.Host}\n", said, StringComparison.Ordinal);
        Assert.Contains($"you are {NetworkWorld.Host6}\n", said, StringComparison.Ordinal);
        Assert.Equal([$"from {NetworkWorld.Host} to {NetworkWorld.Server}", $"from {NetworkWorld.Host6} to {NetworkWorld.Server6}"], world.Seen);
        foreach (var row in new[] { "network_link", "network_policy", "network_ipv6", "name_resolution" }) Assert.Contains($"row {row} Applied", said, StringComparison.Ordinal);
        Assert.Contains("level Full", said, StringComparison.Ordinal);
        Assert.Equal(before, world.State() + string.Join('\n', world.Processes()));
    }

    [Fact]
    public void It_reaches_the_server_by_udp()
    {
        using var user = new UserNetworkWorld();
        user.World.StartOnServer("perl", "-e", """use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 7000, V6Only => 0, Proto => "udp") or die $@; while (defined $s->recv(my $m, 100)) { $s->send("got $m") }""");
        var ask = """use IO::Socket::IP; for my $h (@ARGV) { my $s = IO::Socket::IP->new(PeerHost => $h, PeerPort => 7000, Proto => "udp") or die $@; for (1..40) { $s->send("it"); my $r = ""; vec($r, fileno $s, 1) = 1; if (select($r, undef, undef, 0.5) && defined $s->recv(my $m, 100)) { print "$h $m\n"; last } } }""";
        var said = user.Sandboxed(Profile(""), $"perl -e '{ask}' {NetworkWorld.Server} {NetworkWorld.Server6}");
        Assert.Contains($"{NetworkWorld.Server} got it\n", said, StringComparison.Ordinal);
        Assert.Contains($"{NetworkWorld.Server6} got it\n", said, StringComparison.Ordinal);
        Assert.DoesNotContain("got it", user.Sandboxed(Profile("\"defaultNetworkPolicy\": \"Deny\""), $"perl -e '{ask.Replace("1..40", "1..2", StringComparison.Ordinal)}' {NetworkWorld.Server} {NetworkWorld.Server6}"), StringComparison.Ordinal);
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
        using var user = new UserNetworkWorld();
        var script = $"curl -sS -m 5 http://{reached}/; curl -sS -m 5 http://{refused}/ || echo refused";
        var without = user.Sandboxed(Profile(""), script);
        Assert.DoesNotContain("refused", without, StringComparison.Ordinal);
        Assert.Equal(2, user.World.Seen.Distinct().Count());
        var before = user.World.Seen;
        var with = user.Sandboxed(Profile(rules), script);
        Assert.Contains("you are", with, StringComparison.Ordinal);
        Assert.Contains("refused", with, StringComparison.Ordinal);
        var after = user.World.Seen[before.Length..];
        Assert.NotEmpty(after);
        Assert.All(after, s => Assert.EndsWith(" " + reached.Trim('[', ']'), s, StringComparison.Ordinal));
    }

    // As they are written where cloud-init and the RFCs name them; each is reached without the rule.
    [Theory]
    [InlineData("blockPrivate", "240.0.0.9")]
    [InlineData("blockMetadata", "[fd00:c1::a9fe:a9fe]")]
    [InlineData("blockMetadata", "[fd00:42::42]")]
    [InlineData("blockMetadata", "[fd00:a9fe:a9fe::1]")]
    public void Known_ranges_never_arrive(string rule, string address)
    {
        using var user = new UserNetworkWorld();
        user.World.OnServer("ip", "address", "add", address.Trim('[', ']') + (address[0] == '[' ? "/128" : "/32"), "dev", "lo");
        var script = $"curl -sS -m 5 http://{address}/ || echo refused";
        Assert.Contains("you are", user.Sandboxed(Profile(""), script), StringComparison.Ordinal);
        Assert.Contains("refused", user.Sandboxed(Profile($"\"{rule}\": true"), script), StringComparison.Ordinal);
    }

    // pasta would connect to the host's own addresses as any of its programs does; another one than its interface's stands for Docker's and the like.
    [Theory]
    [InlineData(NetworkWorld.Host)]
    [InlineData("10.77.0.1")]
    [InlineData("[" + NetworkWorld.Host6 + "]")]
    public void Services_of_the_host_are_closed_unless_they_are_named(string address)
    {
        using var user = new UserNetworkWorld();
        user.World.OnHost("ip", "address", "add", "10.77.0.1/32", "dev", "lo");
        user.World.ServeOnHost(8081);
        var script = $"curl -sS -m 5 http://{address}:8081/ || echo refused";
        Assert.Contains("refused", user.Sandboxed(Profile(""), script), StringComparison.Ordinal);
        Assert.Contains("you are", user.Sandboxed(Profile($"\"allowCidrs\": [\"{address.Trim('[', ']')}\"]"), script), StringComparison.Ordinal);
    }

    // The host answers at every address of a range on its lo, and of one that a route calls local.
    [Theory]
    [InlineData("10.55.0.7", "address add 10.55.0.1/24 dev lo")]
    [InlineData("192.0.2.200", "route add local 192.0.2.128/25 dev lo")]
    [InlineData("192.0.2.201", "route add local 192.0.2.128/25 dev lo table main")]
    [InlineData("[2001:db8:7::9]", "-6 route add local 2001:db8:7::/64 dev lo")]
    public void What_is_local_to_the_host_is_closed_unless_it_is_named(string address, string make)
    {
        using var user = new UserNetworkWorld();
        user.World.OnHost(["ip", .. make.Split(' ')]);
        user.World.ServeOnHost(8081);
        var script = $"curl -sS -m 5 http://{address}:8081/ || echo refused; curl -sS -m 5 http://{NetworkWorld.Server}/";
        var said = user.Sandboxed(Profile(""), script);
        Assert.Contains("refused", said, StringComparison.Ordinal);
        Assert.Contains("you are", said, StringComparison.Ordinal);
        Assert.DoesNotContain("refused", user.Sandboxed(Profile($"\"allowCidrs\": [\"{address.Trim('[', ']')}\"]"), script), StringComparison.Ordinal);
    }

    // To a sandbox with -Network Nat pasta comes from its host, to which every port of it is open.
    [Fact]
    public void Other_sandboxes_are_closed_unless_they_are_named()
    {
        using var user = new UserNetworkWorld();
        var perl = """use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 8080, V6Only => 0, Listen => 5, ReuseAddr => 1) or die $@; while (my $c = $s->accept) { my $l; 1 while ($l = <$c>) && $l =~ /\S/; print $c "HTTP/1.0 200 OK\r\n\r\nin the sandbox\n"; close $c }""";
        NetworkWorld.Await(user.World.Hosting("hold", NetworkProfiles.Nat(), $"perl -e '{perl}'"), "running");
        var (_, four, six) = user.World.Sandbox();
        Assert.True(Runtime.ProcessState.Eventually(() => user.World.OnHost("sh", "-c", $"curl -s -m 1 http://{four}:8080/ || true").Length > 0));
        var script = $"curl -sS -m 5 http://{four}:8080/ || echo refused; curl -sS -m 5 'http://[{six}]:8080/' || echo refused";
        Assert.Equal(2, user.Sandboxed(Profile(""), script).Split('\n').Count(l => l == "refused"));
        Assert.Equal(2, user.Sandboxed(Profile($"\"allowCidrs\": [\"{four}\", \"{six}\"]"), script).Split('\n').Count(l => l == "in the sandbox"));
    }

    // Its own loopback, the addresses of its gateways, and those that mean this host: none leads to the host's.
    [Fact]
    public void Nothing_leads_to_the_hosts_loopback()
    {
        using var user = new UserNetworkWorld();
        user.World.ServeOnHost(8081);
        var said = user.Sandboxed(Profile("\"allowCidrs\": [\"0.0.0.0/0\", \"::/0\"]"), "for a in 127.0.0.1 127.9.9.9 0.0.0.0 10.240.0.1 '[::1]' '[::ffff:127.0.0.1]' '[fd42:5b0c:6e1d::1]'; do curl -sS -m 1 http://$a:8081/ || echo refused; done");
        Assert.DoesNotContain("you are", said, StringComparison.Ordinal);
        Assert.Equal(7, said.Split('\n').Count(l => l == "refused"));
    }

    [Fact]
    public void Names_are_asked_where_it_says()
    {
        using var user = new UserNetworkWorld();
        var said = user.Sandboxed(Profile($"\"dnsServers\": [\"192.0.2.53\"], \"hostEntries\": [\"{NetworkWorld.Server} srv.test srv\"]"), "cat /etc/resolv.conf; curl -sS -m 5 http://srv.test/");
        Assert.Contains("nameserver 192.0.2.53\n", said, StringComparison.Ordinal);
        Assert.Contains($"you are {NetworkWorld.Host}\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_server_is_reached_whatever_the_rules_say()
    {
        using var user = new UserNetworkWorld();
        user.World.ServeOnServer(53);
        var said = user.Sandboxed(Profile($"\"dnsServers\": [\"{NetworkWorld.Private}\"], \"defaultNetworkPolicy\": \"Deny\", \"blockPrivate\": true"), $"curl -sS -m 5 http://{NetworkWorld.Private}:53/; curl -sS -m 5 http://{NetworkWorld.Private}/ || echo refused");
        Assert.Contains("you are", said, StringComparison.Ordinal);
        Assert.Contains("refused", said, StringComparison.Ordinal);
        Assert.Empty(user.World.Seen);
    }

    [Fact]
    public void A_published_port_leads_in_and_no_other()
    {
        using var user = new UserNetworkWorld();
        var perl = """use IO::Socket::IP; my @s = map { IO::Socket::IP->new(LocalHost => "::", LocalPort => $_, V6Only => 0, Listen => 5, ReuseAddr => 1) or die $@ } 8080, 8082; use IO::Select; my $q = IO::Select->new(@s); while (my @r = $q->can_read) { for my $s (@r) { my $c = $s->accept; my $l; 1 while ($l = <$c>) && $l =~ /\S/; print $c "HTTP/1.0 200 OK\r\n\r\nin the sandbox\n"; close $c } }""";
        var host = user.Hosting("hold", Profile("\"publishPorts\": [\"8000:8080\"]"), $"perl -e '{perl}'");
        Await(host, "running");
        foreach (var url in new[] { $"http://{NetworkWorld.Host}:8000/", $"http://[{NetworkWorld.Host6}]:8000/" })
        {
            Assert.Equal("in the sandbox\n", user.World.OnServer("curl", "-s", "-m", "5", "--retry", "20", "--retry-delay", "1", "--retry-all-errors", url));
            Assert.Equal("in the sandbox\n", user.World.OnHost("curl", "-sS", "-m", "5", url));
        }

        // What the program listens on besides is not known to the host.
        Assert.DoesNotContain(":8082", user.World.OnHost("ss", "-Hltn"), StringComparison.Ordinal);
        Assert.Contains("PublishPort,EADDRINUSE", user.Sandboxed(Profile("\"publishPorts\": [\"8000:80\"]"), "true"), StringComparison.Ordinal);
        host.StandardInput.WriteLine();
        Assert.True(host.WaitForExit(20_000));
        Assert.Equal("", user.World.OnHost("ss", "-Hltn"));
    }

    [Fact]
    public void A_published_port_may_be_one_of_udp()
    {
        using var user = new UserNetworkWorld();
        var perl = """use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 5353, V6Only => 0, Proto => "udp") or die $@; while (defined $s->recv(my $m, 100)) { $s->send("got $m") }""";
        var host = user.Hosting("hold", Profile("\"publishPorts\": [\"5300:5353/udp\"]"), $"perl -e '{perl}'");
        Await(host, "running");
        var ask = """use IO::Socket::IP; my $s = IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => 5300, Proto => "udp") or die $@; for (1..40) { $s->send("it"); my $r = ""; vec($r, fileno $s, 1) = 1; if (select($r, undef, undef, 0.5) && defined $s->recv(my $m, 100)) { print $m; exit } select(undef, undef, undef, 0.2) }""";
        foreach (var address in new[] { NetworkWorld.Host, NetworkWorld.Host6 }) Assert.Equal(address + " got it", address + " " + user.World.OnServer("perl", "-e", ask, address));
    }

    [Fact]
    public void A_port_that_only_root_may_take_is_refused_to_others()
    {
        using var user = new UserNetworkWorld();
        Assert.Contains("error PublishPort,EACCES", user.Sandboxed(Profile("\"publishPorts\": [\"80:80\"]"), "true"), StringComparison.Ordinal);
        using var root = new UserNetworkWorld(root: true);
        Assert.Contains("level Full", root.Sandboxed(Profile("\"publishPorts\": [\"80:80\"]"), "true"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("route del default", NetworkWorld.Server, "[" + NetworkWorld.Server6 + "]")]
    [InlineData("-6 route del default", "[" + NetworkWorld.Server6 + "]", NetworkWorld.Server)]
    public void It_has_the_families_that_the_host_has(string change, string without, string with)
    {
        using var user = new UserNetworkWorld();
        user.World.OnHost(["ip", .. change.Split(' ')]);
        var said = user.Sandboxed(Profile(""), $"curl -sS -m 5 http://{with}/; curl -sS -m 5 http://{without}/ || echo refused");
        Assert.Contains("you are", said, StringComparison.Ordinal);
        Assert.Contains("refused", said, StringComparison.Ordinal);
        Assert.Contains(change[0] == '-' ? "row network_ipv6 Skipped the host has no default route" : "row network_ipv6 Applied", said, StringComparison.Ordinal);
        Assert.Single(user.World.Seen);
    }

    // Root in the host's view or not: the rules are out of the program's reach.
    [Theory]
    [InlineData(false, "Strict", "")]
    [InlineData(true, "Strict", "")]
    [InlineData(true, "Standard", ", \"namespaces\": [\"User\", \"Network\"], \"dropCapabilities\": true")]
    public void The_program_cannot_change_its_rules(bool root, string extends, string more)
    {
        using var user = new UserNetworkWorld(root);
        var said = user.Sandboxed($$"""{ "extends": "{{extends}}", "name": "user", "network": "User", "denyCidrs": ["198.51.100.0/24"], "allowLoosening": true{{more}} }""", $"/usr/sbin/nft flush ruleset && echo flushed; ip address add 192.0.2.9/32 dev eth0 && echo changed; curl -sS -m 5 http://{NetworkWorld.Server}/ || echo refused; curl -sS -m 5 'http://[{NetworkWorld.Server6}]/'");
        Assert.DoesNotContain("flushed", said, StringComparison.Ordinal);
        Assert.DoesNotContain("changed", said, StringComparison.Ordinal);
        Assert.Contains("refused", said, StringComparison.Ordinal);
        Assert.Contains("you are", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_pasta_is_killed_the_network_ends_and_nothing_opens()
    {
        using var user = new UserNetworkWorld();
        var host = user.Hosting("run", Profile(""), $"curl -sS -m 5 http://{NetworkWorld.Server}/; i=0; while [ -e /proc/self/net/route ] && grep -q eth0 /proc/self/net/dev && [ $i -lt 200 ]; do i=$((i+1)); sleep 0.1; done; curl -sS -m 2 http://{NetworkWorld.Server}/ || echo cut off");
        string? line;
        while ((line = host.StandardOutput.ReadLine()) is not null && !line.StartsWith("row network_link Applied", StringComparison.Ordinal)) continue;
        Assert.NotNull(line);
        using (var pasta = System.Diagnostics.Process.GetProcessById(int.Parse(Number().Match(line).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)))
        {
            Assert.StartsWith("pas", pasta.ProcessName, StringComparison.Ordinal);
            Assert.True(Runtime.ProcessState.Eventually(() => user.World.Seen.Length == 1, 20_000));
            pasta.Kill();
        }

        var rest = host.StandardOutput.ReadToEnd();
        Assert.True(host.WaitForExit(30_000));
        Assert.Contains("cut off", rest, StringComparison.Ordinal);
        Assert.Contains("level Full", rest, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\(process (\d+)\)")]
    private static partial Regex Number();

    internal static void Await(System.Diagnostics.Process host, string text)
    {
        var lines = new List<string>();
        while (host.StandardOutput.ReadLine() is { } line)
        {
            if (line == text) return;
            lines.Add(line);
        }

        Assert.Fail(string.Join('\n', lines));
    }

    internal static string Profile(string rules) => $$"""{ "extends": "Strict", "name": "user", "network": "User", "allowLoosening": true {{(rules.Length > 0 ? ", " : "")}}{{rules}} }""";
}
