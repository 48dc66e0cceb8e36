using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>A sandbox whose rules somebody takes away has no network any more.</summary>
public sealed class RulesetWatchTests : IDisposable
{
    private readonly NetworkWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("flush ruleset", "removed its table")]
    [InlineData("flush table inet TABLE", "changed its table")]
    [InlineData("flush chain inet TABLE outgoing", "changed its table")]
    public void It_is_disconnected_at_once(string command, string reason)
    {
        var before = _world.State();
        var host = _world.Hosting("hold", NetworkProfiles.Nat("\"blockPrivate\": true"), $"while sleep 0.1; do curl -s -m 1 http://{NetworkWorld.Server}/; done");
        NetworkWorld.Await(host, "running");
        Assert.True(ProcessState.Eventually(() => _world.Seen.Length > 0, 20_000));
        var link = _world.Sandbox().Link;
        // What others do with tables of their own is no reason.
        _world.OnHost("nft", "add table inet host; add chain inet host c; add rule inet host c drop; delete table inet host");
        var seen = _world.Seen.Length;
        Assert.True(ProcessState.Eventually(() => _world.Seen.Length > seen, 20_000));
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
}
