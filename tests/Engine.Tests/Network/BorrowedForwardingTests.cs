using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>What a sandbox borrows of the host's forwarding, and gives back.</summary>
public sealed class BorrowedForwardingTests : IDisposable
{
    private readonly NetworkWorld _world = new();

    public void Dispose() => _world.Dispose();

    // As Docker does when it starts: from then on the host is a router, and every interface forwards.
    [Theory]
    [InlineData("ipv4/ip_forward", "ipv4/conf/up0/forwarding")]
    [InlineData("ipv6/conf/all/force_forwarding", "ipv6/conf/up0/force_forwarding")]
    public void A_host_that_became_a_router_stays_one(string all, string own)
    {
        Assert.SkipUnless(File.Exists($"/proc/sys/net/{all}"), $"this kernel has no {all}");
        var first = Hold();
        _world.OnHost("sh", "-c", $"echo 1 > /proc/sys/net/{all}");
        var second = Hold();
        foreach (var host in new[] { first, second })
        {
            Assert.Equal("1\n", _world.OnHost("cat", $"/proc/sys/net/{own}"));
            host.StandardInput.WriteLine();
            Assert.True(host.WaitForExit(20_000));
        }

        Assert.Equal("1\n", _world.OnHost("cat", $"/proc/sys/net/{own}"));
    }

    [Fact]
    public void A_killed_host_leaves_nothing_to_put_back_there()
    {
        var host = Hold();
        _world.OnHost("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        host.Kill();
        host.WaitForExit();
        var said = _world.OnHost(Environment.ProcessPath!, "host", "network", "repair");
        Assert.Contains("True", said, StringComparison.Ordinal);
        Assert.DoesNotContain("ipv4.conf.up0.forwarding", said, StringComparison.Ordinal);
        Assert.Equal("1\n", _world.OnHost("cat", "/proc/sys/net/ipv4/conf/up0/forwarding"));
    }

    // One that forwards already and that somebody keeps from it at one interface: that is put back.
    [Fact]
    public void A_router_gets_its_exception_back()
    {
        _world.OnHost("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv4/conf/up0/forwarding");
        var before = _world.State();
        Assert.Contains("you are", _world.Sandboxed(NetworkProfiles.Nat(), $"curl -sS -m 5 http://{NetworkWorld.Server}/"), StringComparison.Ordinal);
        Assert.Equal(before, _world.State());
    }

    // As wg-quick and Tailscale have it: the main table knows nothing of the way out.
    [Fact]
    public void A_way_out_in_a_table_of_its_own_forwards_too()
    {
        _world.OnHost("sh", "-c", $"""
            set -e
            ip route del default; ip address del {NetworkWorld.Host}/24 dev up0; ip address add {NetworkWorld.Host}/32 dev up0
            ip neighbour replace {NetworkWorld.Server} lladdr {_world.OnServer("cat", "/sys/class/net/up0/address").Trim()} dev up0 nud permanent
            ip route add default via {NetworkWorld.Server} dev up0 onlink table 51820
            ip rule add pref 90 lookup main suppress_prefixlength 0; ip rule add pref 100 lookup 51820
            """);
        var before = _world.State();
        Assert.Contains("you are", _world.OnHost("curl", "-sS", "-m", "5", $"http://{NetworkWorld.Server}/"), StringComparison.Ordinal);
        Assert.Contains($"you are {NetworkWorld.Host}", _world.Sandboxed(NetworkProfiles.Nat(), $"curl -sS -m 5 http://{NetworkWorld.Server}/"), StringComparison.Ordinal);
        Assert.Equal(before, _world.State());
    }

    // What comes in by the host's way out goes nowhere else for a sandbox's sake. Once the host is a router, it is the host's own business.
    [Fact]
    public void A_host_that_becomes_a_router_forwards_everything()
    {
        const string Lan = "10.77.0.2", Lan6 = "fd77::2", Four = "udp dst port 4105 and ip", Six = "udp dst port 4105 and ip6";
        _world.OnHost("sh", "-c", $"""
            set -e
            ip link add lan0 type veth peer name lan1; ip link set lan1 up; ip link set lan0 up
            ip address add 10.77.0.1/24 dev lan0; ip -6 address add fd77::1/64 dev lan0 nodad
            for a in {Lan} {Lan6}; do ip neighbour replace $a lladdr 02:00:00:00:00:02 dev lan0 nud permanent; done
            """);
        _world.OnServer("sh", "-c", $"ip route add 10.77.0.0/24 via {NetworkWorld.Host}; ip -6 route add fd77::/64 via {NetworkWorld.Host6}");
        var host = Hold();
        Assert.SkipUnless(_world.OnHost("cat", "/proc/sys/net/ipv6/conf/up0/force_forwarding") == "1\n", "this kernel forwards IPv6 for the whole host only");
        using var comes = _world.CaptureOnHost("up0");
        using var goes = _world.CaptureOnHost("lan0");
        _world.StartOnServer("perl", "-e", $"use IO::Socket::IP; my @s = map {{ IO::Socket::IP->new(PeerHost => $_, PeerPort => 4105, Proto => 'udp') }} ('{Lan}', '{Lan6}'); for (;;) {{ $_->send('x') for @s; select undef, undef, undef, 0.05 }}");
        void More(OutsideCapture capture, string filter)
        {
            var before = capture.Arrived(filter);
            Assert.True(ProcessState.Eventually(() => capture.Arrived(filter) > before + 3), filter);
        }

        More(comes, Four);
        More(comes, Six);
        Assert.Equal((0, 0), (goes.Arrived(Four), goes.Arrived(Six)));
        _world.OnHost("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        More(goes, Four);
        More(comes, Six);
        Assert.Equal(0, goes.Arrived(Six));
        _world.OnHost("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
        More(goes, Six);
        Assert.Contains(",UP", _world.OnHost("ip", "-o", "link", "show", _world.Sandbox().Link), StringComparison.Ordinal);
        host.StandardInput.WriteLine();
        Assert.DoesNotContain("ended ", host.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
        More(goes, Four);
    }

    private System.Diagnostics.Process Hold()
    {
        var host = _world.Hosting("hold", NetworkProfiles.Nat(), "sleep 60");
        NetworkWorld.Await(host, "running");
        return host;
    }
}
