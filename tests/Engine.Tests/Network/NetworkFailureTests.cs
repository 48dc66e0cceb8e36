namespace Sandbox.Tests.Network;

/// <summary>What keeps a network from being made is an error with its reason; the program never runs, and nothing is left.</summary>
public sealed class NetworkFailureTests : IDisposable
{
    // Of the host's root: no other can be mounted where a part of /proc is read-only.
    private const string Profile = """{ "extends": "Standard", "name": "nat", "network": "Nat", "namespaces": ["Network"] }""";
    private readonly NetworkWorld _world = new();

    public void Dispose() => _world.Dispose();

    // Each is made in the mount namespace of the hosting process.
    [Theory]
    [InlineData("mount -t tmpfs none /usr/sbin", "network_link,NOT_IN_FORCE", "nft is in none of", "Install the package nftables")]
    [InlineData("mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys", "open,EROFS", "read-only", "-Network None")]
    [InlineData("mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; FORWARDS", "open,EROFS", "read-only", "-Network None")]
    [InlineData("mount -t tmpfs -o ro none /run", "network_link,NOT_IN_FORCE", "/run/sandbox", "-Network None")]
    [InlineData("mkdir -p /run/sandbox; mount -t tmpfs -o nr_inodes=1 none /run/sandbox", "network_link,NOT_IN_FORCE", "/run/sandbox", "-Network None")]
    [InlineData("mkdir -p /run/sandbox; mount -t tmpfs -o size=4k none /run/sandbox; echo > /run/sandbox/full", "write,ENOSPC", "ENOSPC", "Free disk space")]
    [InlineData("mount --bind /bin/false /usr/sbin/nft", "network_link,NOT_IN_FORCE", "network_link", "nf_tables")]
    [InlineData("exec capsh --drop=cap_net_admin -- -c '\"$0\" \"$@\"' \"$@\"", "NFT_MSG_GETTABLE,EPERM", "network_link", "capability")]
    public void What_the_machine_lacks_is_said(string lacking, string id, string reason, string remedy)
    {
        if (lacking.Contains("capsh", StringComparison.Ordinal)) Host.HostOracle.Require("capsh");
        if (lacking.Contains("FORWARDS", StringComparison.Ordinal)) _world.OnHost("sh", "-c", "for f in ipv4/conf/up0/forwarding ipv6/conf/up0/force_forwarding; do echo 1 > /proc/sys/net/$f; done");
        var before = _world.State();
        var said = _world.SandboxedAfter($"mount -t tmpfs none /run; trap 'echo \"left:\" $(ls /run/sandbox/network 2>/dev/null)' EXIT\n{lacking.Replace("FORWARDS", ":", StringComparison.Ordinal)}", lacking.Contains("capsh", StringComparison.Ordinal) ? NetworkProfiles.Nat() : Profile, "echo it ran");
        Assert.Contains($"error {id}: ", said, StringComparison.Ordinal);
        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.Contains(remedy, said, StringComparison.Ordinal);
        Assert.DoesNotContain("it ran", said, StringComparison.Ordinal);
        Assert.DoesNotMatch("left: [0-9a-f]", said);
        Assert.Equal(before, _world.State());
    }

    // A program called nft that says that all is well, and loads nothing.
    [Fact]
    public void Best_effort_has_no_network_without_its_rules()
    {
        var before = _world.State();
        var said = _world.SandboxedAfter("mount --bind /bin/true /usr/sbin/nft", NetworkProfiles.Nat("\"failClosed\": false"), $"echo it ran; cat /proc/self/net/dev; curl -sS -m 2 http://{NetworkWorld.Host}/ http://{NetworkWorld.Server}/");
        Assert.Contains("it ran", said, StringComparison.Ordinal);
        Assert.Contains("row network_policy Failed read back: ", said, StringComparison.Ordinal);
        Assert.Contains("row network_link Failed", said, StringComparison.Ordinal);
        Assert.Contains("the network was taken away", said, StringComparison.Ordinal);
        Assert.DoesNotContain("eth0:", said, StringComparison.Ordinal);
        Assert.Equal(before, _world.State());
    }

    [Fact]
    public void Where_every_place_is_taken_it_says_so()
    {
        _world.OnHost("ip", "route", "add", "10.240.0.0/16", "via", NetworkWorld.Server);
        AssertFull();
        _world.OnHost("ip", "route", "del", "10.240.0.0/16");
        Assert.Contains("it ran", _world.Sandboxed(NetworkProfiles.Nat(), "echo it ran"), StringComparison.Ordinal);
    }

    // Of all places one is left, whose names somebody has.
    [Theory]
    [InlineData("ip link add sbx1234 type veth peer name other", "ip link del sbx1234")]
    [InlineData("nft 'add table inet sandbox-1234; add chain inet sandbox-1234 mine'", "nft delete table inet sandbox-1234")]
    public void What_is_called_like_ours_and_is_not_stays(string make, string remove)
    {
        _world.LeaveOnePlace();
        _world.OnHost("sh", "-c", make);
        AssertFull();
        _world.OnHost("sh", "-c", remove);
        Assert.Contains("it ran", _world.Sandboxed(NetworkProfiles.Nat(), "echo it ran"), StringComparison.Ordinal);
    }

    private void AssertFull()
    {
        var before = _world.State();
        var said = _world.Sandboxed(NetworkProfiles.Nat(), "echo it ran");
        Assert.Contains("error network_link,NOT_IN_FORCE: ", said, StringComparison.Ordinal);
        Assert.Contains("Every place for a sandbox in 10.240.0.0/16 is taken", said, StringComparison.Ordinal);
        Assert.Contains("Stop sandboxes, or change the host's routes.", said, StringComparison.Ordinal);
        Assert.DoesNotContain("it ran", said, StringComparison.Ordinal);
        Assert.Equal(before, _world.State());
    }
}
