using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>A sandbox whose rules somebody can take away, or put out of force, has no network any more when that is done.</summary>
public sealed class RulesetWatchTests : IDisposable
{
    private const string Link = "sbx1234";
    private readonly NetworkWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("flush ruleset", "removed its table")]
    [InlineData("delete table inet sandbox-1234", "removed its table")]
    [InlineData("delete table inet sandbox-1234; add table inet sandbox-1234", "changed its table")]
    [InlineData("flush table inet sandbox-1234", "changed its table")]
    [InlineData("flush chain inet sandbox-1234 outgoing", "changed its table")]
    [InlineData("delete rule inet sandbox-1234 outgoing handle HANDLE", "changed its table")]
    [InlineData("replace rule inet sandbox-1234 outgoing handle HANDLE accept", "changed its table")]
    [InlineData("insert rule inet sandbox-1234 outgoing accept", "changed its table")]
    [InlineData("add table inet sandbox-1234 { flags dormant; }", "changed its table")]
    [InlineData("add chain inet sandbox-1234 forward { policy drop; }", "changed its table")]
    [InlineData("add chain inet sandbox-1234 mine { type filter hook forward priority filter; }", "changed its table")]
    public void Its_link_goes_down_at_once(string command, string reason)
    {
        var host = _world.Hosting("watch", "1234", NetworkProfiles.Nat("\"blockPrivate\": true"));
        NetworkWorld.Await(host, "running");
        _world.OnHost("sh", "-c", $"ip link add {Link} type veth peer name other; ip link set other up; ip link set {Link} up");
        Assert.True(IsUp());
        // What others do with tables of their own is no reason, nor is what changes nothing.
        _world.OnHost("nft", "add table inet host; add chain inet host c; add rule inet host c drop; delete table inet host; add table ip sandbox-1234; delete table ip sandbox-1234; add table inet sandbox-1234");
        var handle = _world.OnHost("nft", "-a", "list", "chain", "inet", "sandbox-1234", "outgoing").Split('\n').First(l => l.Contains("reject", StringComparison.Ordinal)).Split("# handle ")[1];
        Thread.Sleep(200);
        Assert.True(IsUp());
        _world.OnHost("nft", command.Replace("HANDLE", handle, StringComparison.Ordinal));
        Assert.True(ProcessState.Eventually(() => !IsUp()));
        host.StandardInput.WriteLine();
        var said = host.StandardOutput.ReadToEnd();
        Assert.Contains("ended Network,RULES_GONE: ", said, StringComparison.Ordinal);
        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.Contains("its link was taken down", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flush ruleset", "removed its table")]
    [InlineData("insert rule inet TABLE outgoing accept", "changed its table")]
    public void A_running_sandbox_has_no_network_any_more(string command, string reason)
    {
        var before = _world.State();
        var host = _world.Hosting("shared", NetworkProfiles.Nat("\"blockPrivate\": true"), $"while sleep 0.1; do curl -s -m 1 http://{NetworkWorld.Server}/; done");
        NetworkWorld.Await(host, "running");
        Assert.True(ProcessState.Eventually(() => _world.Seen.Length > 0, 20_000));
        var link = _world.Sandbox().Link;
        _world.OnHost("nft", command.Replace("TABLE", $"sandbox-{link[3..]}", StringComparison.Ordinal));
        Assert.True(ProcessState.Eventually(() => !_world.OnHost("ip", "-o", "link", "show", link).Contains(",UP", StringComparison.Ordinal), 20_000));
        using var wire = _world.CaptureOnServer();
        Thread.Sleep(2500);
        Assert.Empty(wire.End().Seen("udp or tcp or src net 10.240.0.0/16"));
        host.StandardInput.WriteLine();
        var said = host.StandardOutput.ReadToEnd();
        Assert.Contains("ended Network,RULES_GONE: ", said, StringComparison.Ordinal);
        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.Equal(before, _world.State());
    }

    [Fact]
    public void Nothing_has_ended_where_nobody_did_anything() =>
        Assert.DoesNotContain("ended ", _world.Sandboxed(NetworkProfiles.Nat(), $"curl -sS -m 5 http://{NetworkWorld.Server}/"), StringComparison.Ordinal);

    private bool IsUp() => _world.OnHost("ip", "-o", "link", "show", Link).Contains(",UP", StringComparison.Ordinal);
}
