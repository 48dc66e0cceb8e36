namespace Sandbox.Tests.Network;

/// <summary>What the kernel knows of an earlier sandbox's connections is of no use to the next one at the same addresses.</summary>
public sealed class EarlierConnectionTests : IDisposable
{
    private readonly NetworkWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(NetworkWorld.Server)]
    [InlineData(NetworkWorld.Server6)]
    public void A_connection_of_the_one_before_opens_nothing(string server)
    {
        _world.LeaveOnePlace();
        using var wire = _world.CaptureOnServer();
        // Established is what has been answered.
        var answering = _world.StartOnServer("perl", "-e", """use IO::Socket::IP; $| = 1; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => 7000, V6Only => 0, Proto => "udp") or die $@; print "answering\n"; while (defined $s->recv(my $m, 100)) { $s->send("y") }""");
        Assert.Equal("answering", answering.StandardOutput.ReadLine());
        var send = $"perl -e 'use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalPort => 5555, PeerHost => \"{server}\", PeerPort => $ARGV[0], Proto => \"udp\") or die $@; for (1 .. 8) {{ $s->send(\"x\") or $s->send(\"x\"); select undef, undef, undef, 0.05 }}' ";
        var deny = NetworkProfiles.Nat("\"defaultNetworkPolicy\": \"Deny\"");
        _world.Sandboxed(NetworkProfiles.Nat(), send + 7000);
        var said = _world.Sandboxed(deny, send + "7000; " + send + "7001");
        Assert.Contains("row network_policy Applied", said, StringComparison.Ordinal);
        _world.Sandboxed(NetworkProfiles.Nat(), send + 7002);
        wire.End();
        Assert.NotEmpty(wire.Seen("udp src port 7000"));
        Assert.Equal(8, wire.Seen("udp dst port 7000").Length);
        Assert.Empty(wire.Seen("udp dst port 7001"));
        Assert.Equal(8, wire.Seen("udp dst port 7002").Length);
    }

    // What others of the host have stays.
    [Fact]
    public void Connections_of_the_host_stay()
    {
        _world.OnHost("nft", "add table inet host; add chain inet host out { type filter hook output priority 0; }; add rule inet host out ct state established counter");
        _world.OnHost("perl", "-e", $"use IO::Socket::IP; IO::Socket::IP->new(LocalPort => 6000, PeerHost => \"{NetworkWorld.Server}\", PeerPort => 80, Proto => \"udp\")->send(\"x\")");
        var before = Own();
        Assert.Contains(before, c => c.Original.SourcePort == 6000);
        Assert.Contains("you are", _world.Sandboxed(NetworkProfiles.Nat(), $"curl -sS -m 5 http://{NetworkWorld.Server}/"), StringComparison.Ordinal);
        var after = Own();
        Assert.Contains(after, c => c.Original.SourcePort == 6000);
        Assert.DoesNotContain(after, c => c.Original.Source >> 16 == 0x0af0);
    }

    private List<Sandbox.Network.NatTranslation> Own()
    {
        var inside = _world.StartOnHost("sh", "-c", "echo in; exec sleep 60");
        Assert.Equal("in", inside.StandardOutput.ReadLine());
        using var space = Sandbox.Native.NetworkNamespace.Of(inside.Id);
        return space.Run(() =>
        {
            using var table = new Sandbox.Network.ConnectionTable();
            return table.All().ToList();
        });
    }
}
