using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>While a sandbox runs, nobody else changes its rules: what would, does nothing, and the sandbox goes on under them.</summary>
public sealed class OwnedTableTests : IDisposable
{
    private readonly NetworkWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Nobody_else_changes_its_rules()
    {
        Assert.SkipUnless(Environment.OSVersion.Version >= new Version(6, 9), "needs Linux 6.9: tables that an owner may leave");
        var before = _world.State();
        var host = _world.Hosting("hold", NetworkProfiles.Nat("\"blockPrivate\": true"), $"while sleep 0.1; do curl -s -m 1 http://{NetworkWorld.Private}/; curl -s -m 1 http://{NetworkWorld.Server}/; done");
        var rows = NetworkWorld.Await(host, "running");
        Assert.Contains("which nobody else can change", rows, StringComparison.Ordinal);
        var table = $"inet sandbox-{_world.Sandbox().Link[3..]}";
        var rules = Rules(table);
        Assert.True(ProcessState.Eventually(() => _world.Seen.Length > 0, 20_000));
        foreach (var command in new[] { "flush ruleset", $"flush table {table}", $"delete table {table}", $"flush chain {table} outgoing", $"add table {table} {{ flags dormant; }}", $"insert rule {table} outgoing accept" })
        {
            _world.OnHost("sh", "-c", $"nft '{command}' || true");
            Assert.Equal(rules, Rules(table));
        }

        var seen = _world.Seen.Length;
        Assert.True(ProcessState.Eventually(() => _world.Seen.Length > seen + 1, 20_000));
        Assert.DoesNotContain(_world.Seen, s => s.Contains(NetworkWorld.Private, StringComparison.Ordinal) || s.Contains("10.240.", StringComparison.Ordinal));
        host.StandardInput.WriteLine();
        Assert.DoesNotContain("ended ", host.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
        Assert.Equal(before, _world.State());
    }

    // The kernel lets go of it with the process; without its rules the link would lead everywhere while the sandbox is being ended.
    [Fact]
    public void It_outlives_its_owner()
    {
        Assert.SkipUnless(Environment.OSVersion.Version >= new Version(6, 9), "needs Linux 6.9: tables that an owner may leave");
        var before = _world.State();
        var host = _world.Hosting("hold", NetworkProfiles.Nat(), "sleep 60");
        NetworkWorld.Await(host, "running");
        var table = $"inet sandbox-{_world.Sandbox().Link[3..]}";
        var rules = Rules(table);
        host.Kill();
        host.WaitForExit();
        Assert.Equal(rules, Rules(table));
        Assert.Contains("True", _world.OnHost(Environment.ProcessPath!, "host", "network", "repair"), StringComparison.Ordinal);
        Assert.True(ProcessState.Eventually(() => _world.State() == before));
    }

    // Without its first line, in which some versions of nft name the owner, and its flags.
    private string Rules(string table) => string.Join('\n', _world.OnHost("sh", "-c", $"nft list table {table}").Split('\n').Where(l => l.StartsWith("\t\t", StringComparison.Ordinal) || l.Contains("chain", StringComparison.Ordinal)));
}
