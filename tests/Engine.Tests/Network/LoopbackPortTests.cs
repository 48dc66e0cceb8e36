using Sandbox.Tests.Capture;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>A published port at the host's own loopback, and that nothing leads from a sandbox to there.</summary>
public sealed class LoopbackPortTests : IDisposable
{
    private readonly NetworkWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_published_port_answers_at_the_hosts_loopback()
    {
        var before = _world.State();
        var perl = """use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 8080, V6Only => 0, Listen => 5, ReuseAddr => 1) or die $@; while (my $c = $s->accept) { my $l; 1 while ($l = <$c>) && $l =~ /\S/; print $c "HTTP/1.0 200 OK\r\n\r\nin the sandbox\n"; close $c }""";
        var host = _world.Hosting("hold", NetworkProfiles.Nat("\"publishPorts\": [\"8000:8080\", \"53:5353/udp\"]"), $"perl -e '{perl}'");
        NetworkWorld.Await(host, "running");
        Assert.True(ProcessState.Eventually(() => _world.OnHost("sh", "-c", "curl -s -m 1 http://127.0.0.1:8000/ || true") == "in the sandbox\n", 20_000));
        Assert.Equal("in the sandbox\n", _world.OnHost("curl", "-sS", "-m", "5", "http://127.0.0.5:8000/"));
        // At ::1 the kernel can't; a name with both is tried there first, and refused at once.
        Assert.Contains("refused", _world.OnHost("sh", "-c", "curl -sS -m 5 'http://[::1]:8000/' 2>&1 || echo refused"), StringComparison.Ordinal);
        Assert.Equal("in the sandbox\n", _world.OnHost("curl", "-sS", "-m", "5", "http://localhost:8000/"));
        // Nothing but the sandbox's own interface has another setting for it.
        var link = _world.Sandbox().Link;
        Assert.Equal([$"/proc/sys/net/ipv4/conf/{link}/route_localnet:1"], CaptureTool.Lines(_world.OnHost("sh", "-c", "grep -H 1 /proc/sys/net/ipv4/conf/*/route_localnet")));
        host.StandardInput.WriteLine();
        Assert.True(host.WaitForExit(20_000));
        Assert.Equal(before, _world.State());
    }

    [Fact]
    public void A_published_port_of_udp_answers_there_too()
    {
        var perl = """use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 5353, V6Only => 0, Proto => "udp") or die $@; while (defined $s->recv(my $m, 100)) { $s->send("got $m") }""";
        NetworkWorld.Await(_world.Hosting("hold", NetworkProfiles.Nat("\"publishPorts\": [\"53:5353/udp\"]"), $"perl -e '{perl}'"), "running");
        var ask = """use IO::Socket::IP; my $s = IO::Socket::IP->new(PeerHost => "127.0.0.1", PeerPort => 53, Proto => "udp") or die $@; for (1..20) { $s->send("it"); my $r = ""; vec($r, fileno $s, 1) = 1; if (select($r, undef, undef, 0.5) && defined $s->recv(my $m, 100)) { print $m; exit } sleep 0.2 }""";
        Assert.Equal("got it", _world.OnHost("perl", "-e", ask));
    }

    // The way that lets answers back to the loopback lets nothing else there, whatever is allowed. The other address shows that the frame is right.
    [Theory]
    [InlineData(NetworkWorld.Host, true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.5", false)]
    public void A_service_at_the_hosts_loopback_is_not_reached(string address, bool answers)
    {
        _world.ServeOnHost(8081);
        using var any = _world.CaptureOnHost("any");
        var profile = NetworkProfiles.Master($"\"publishPorts\": [\"8000:8080\"], \"allowCidrs\": [\"{NetworkWorld.Host}\", \"127.0.0.0/8\"]");
        var said = _world.Sandboxed(profile, $"""
            perl -e '{LeakAttempt.Prelude} my $from = mine($t4); my $m = pack("nnNNCCnnn", 4000, 8081, 7, 0, 0x50, 2, 1000, 0, 0); substr($m, 16, 2) = pack "n", sum(inet_aton($from) . inet_aton("{address}") . pack("nn", 6, length $m) . $m); frame(hop(), 0x800, ip($from, "{address}", 6, $m)); print "sent"' {NetworkWorld.Server} {NetworkWorld.Server6} 0
            """);
        Assert.Contains("sent", said, StringComparison.Ordinal);
        Assert.NotEmpty(any.End().Seen($"dst host {address} and tcp dst port 8081"));
        Assert.Equal(answers, any.Seen($"src host {address} and tcp src port 8081").Length > 0);
    }
}
