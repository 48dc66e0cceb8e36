using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>A host that gives connections another destination opens no way around a sandbox's rules.</summary>
public sealed class TranslatedDestinationTests : IDisposable
{
    private readonly NetworkWorld _world = new();

    public void Dispose() => _world.Dispose();

    // Each is reached without the rules, or it would prove nothing.
    [Theory]
    [InlineData("\"blockMetadata\": true", "ip daddr 169.254.169.254 tcp dport 80 dnat ip to 198.51.100.2", NetworkWorld.Metadata)]
    [InlineData("\"denyCidrs\": [\"203.0.113.0/24\"]", "ip daddr 203.0.113.5 dnat ip to 198.51.100.2", "203.0.113.5")]
    [InlineData("\"denyCidrs\": [\"2001:db8:7::/48\"]", "ip6 daddr 2001:db8:7::5 dnat ip6 to 2001:db8:1::2", "[2001:db8:7::5]")]
    [InlineData("\"denyCidrs\": [\"198.51.100.2\"]", "ip daddr 203.0.113.5 dnat ip to 198.51.100.2", "203.0.113.5")]
    [InlineData("\"defaultNetworkPolicy\": \"Deny\", \"allowCidrs\": [\"198.51.100.2\"]", "ip daddr 203.0.113.5 dnat ip to 198.51.100.2", "203.0.113.5")]
    [InlineData("\"defaultNetworkPolicy\": \"Deny\", \"allowCidrs\": [\"203.0.113.5\"]", "ip daddr 203.0.113.5 dnat ip to 198.51.100.2", "203.0.113.5")]
    public void Neither_destination_may_be_refused(string rules, string translation, string address)
    {
        _world.OnHost("nft", $"add table inet host; add chain inet host pre {{ type nat hook prerouting priority dstnat; }}; add rule inet host pre {translation}");
        var script = $"curl -sS -m 5 http://{address}/ || echo refused";
        Assert.Contains("you are", _world.Sandboxed(NetworkProfiles.Nat(), script), StringComparison.Ordinal);
        Assert.Single(_world.Seen);
        Assert.Contains("refused", _world.Sandboxed(NetworkProfiles.Nat(rules), script), StringComparison.Ordinal);
        Assert.Single(_world.Seen);
    }

    [Fact]
    public void Both_may_be_allowed()
    {
        _world.OnHost("nft", "add table inet host; add chain inet host pre { type nat hook prerouting priority dstnat; }; add rule inet host pre ip daddr 203.0.113.5 dnat ip to 198.51.100.2");
        Assert.Contains("you are", _world.Sandboxed(NetworkProfiles.Nat("\"defaultNetworkPolicy\": \"Deny\", \"allowCidrs\": [\"203.0.113.5\", \"198.51.100.2\"]"), "curl -sS -m 5 http://203.0.113.5/"), StringComparison.Ordinal);
    }

    // The address of the host leads into the other sandbox, whose own nobody has refused.
    [Fact]
    public void A_published_port_of_another_is_behind_the_hosts_address()
    {
        var perl = """use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 8080, V6Only => 0, Listen => 5, ReuseAddr => 1) or die $@; while (my $c = $s->accept) { my $l; 1 while ($l = <$c>) && $l =~ /\S/; print $c "HTTP/1.0 200 OK\r\n\r\nthe other\n"; close $c }""";
        NetworkWorld.Await(_world.Hosting("hold", NetworkProfiles.Nat("\"publishPorts\": [\"8000:8080\"]"), $"perl -e '{perl}'"), "running");
        Assert.True(ProcessState.Eventually(() => _world.OnHost("sh", "-c", $"curl -s -m 1 http://{NetworkWorld.Host}:8000/ || true").Length > 0, 20_000));
        foreach (var (address, range) in new[] { (NetworkWorld.Host, NetworkWorld.Host), ($"[{NetworkWorld.Host6}]", NetworkWorld.Host6) })
        {
            var script = $"curl -sS -m 5 http://{address}:8000/ || echo refused";
            Assert.Contains("the other", _world.Sandboxed(NetworkProfiles.Nat(), script), StringComparison.Ordinal);
            Assert.Contains("refused", _world.Sandboxed(NetworkProfiles.Nat($"\"denyCidrs\": [\"{range}\"]"), script), StringComparison.Ordinal);
        }
    }
}
