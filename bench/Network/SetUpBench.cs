using Sandbox.Hardening;
using Sandbox.Host;
using Sandbox.Network;

namespace Sandbox.Bench.Network;

/// <summary>Time to set up and to remove -Network Nat, against the same steps by ip and nft; in the host's namespace of the bench's world.</summary>
internal sealed class SetUpBench(NetworkNames names, string directory, string stream)
{
    private const int WarmUp = 3;
    private static readonly HardeningProfile Profile = BuiltInProfiles.Strict with { Network = NetworkMode.Nat };
    private readonly NatAddresses _places = new(77);
    private SandboxNetwork? _network;

    public void Run(int rounds)
    {
        using var target = NetworkNames.Start(names.Target, "sh", "-c", "echo there; exec sleep 3600");
        using var server = NetworkNames.Start(names.Server, stream, "serve", "5001");
        try
        {
            SetUpSubject[] subjects =
            [
                new("**Sandbox**: rtnetlink, nft for the rules, read back", () => Apply(_network = SandboxNetwork.For(Profile)!, target.Id), () => _network!.Abandon()),
                new("ip for each step, nft", Script("each", batch: false), Script("away", Removal())),
                new("ip -batch, nft", Script("batch", batch: true), Script("away", Removal())),
            ];
            for (var round = 0; round < rounds + WarmUp; round++)
            {
                for (var i = 0; i < subjects.Length; i++) subjects[(round + i) % subjects.Length].Measure(round >= WarmUp, Works, IsGone);
            }

            SetUpSubject.Tables("-Network Nat", rounds, subjects);
        }
        finally
        {
            Tool.End(target);
            Tool.End(server);
        }
    }

    /// <summary>Gives a waiting target a network, every part of which must be there.</summary>
    public static void Apply(SandboxNetwork network, int pid)
    {
        if (network.Apply(pid).FirstOrDefault(o => o.Status != OutcomeStatus.Applied) is { } other) throw new InvalidOperationException($"{other.Name}: {other.Status}, {other.Detail}");
    }

    // The same steps: the rules, what the host needs to forward, the pair, its settings, addresses, up, routes.
    private Action Script(string name, bool batch)
    {
        var settings = Settings();
        var rules = Path.Join(directory, "rules.nft");
        File.WriteAllText(rules, new NatRuleset(_places, Profile, NameServers.For(Profile), settings, withIPv6: true).Build(made: false));
        List<string> lines = ["set -e", $"nft -f {rules}", .. settings.Select(s => $"echo {s.Set} > {s.Path}")];
        string[] host = [$"address add {_places.Gateway4}/30 dev {_places.Link}", $"-6 address add {_places.Gateway6}/64 dev {_places.Link} nodad", $"link set {_places.Link} up"];
        string[] inside = [$"address add {_places.Target4}/30 dev eth0", "-6 address add " + _places.Target6 + "/64 dev eth0 nodad", "link set eth0 up", $"route add default via {_places.Gateway4}", $"-6 route add default via {_places.Gateway6}"];
        lines.Add($"ip link add {_places.Link} type veth peer name eth0 netns {names.Target}");
        lines.AddRange(Own());
        if (batch)
        {
            // A batch is of one family unless each line says its own.
            lines.AddRange(["ip -batch - <<end", .. host.Select(Long), "end", $"ip -n {names.Target} -batch - <<end", .. inside.Select(Long), "end"]);
        }
        else
        {
            lines.AddRange(host.Select(h => "ip " + h));
            lines.AddRange(inside.Select(i => $"ip -n {names.Target} {i}"));
        }

        return Script(name, lines);
    }

    private static string Long(string line) => line.Replace("-6 ", "", StringComparison.Ordinal);

    private IEnumerable<string> Own()
    {
        foreach (var setting in new[] { "ipv4/conf/{0}/forwarding 1", "ipv4/conf/{0}/rp_filter 1", "ipv4/conf/{0}/accept_redirects 0", "ipv4/conf/{0}/send_redirects 0", "ipv6/conf/{0}/accept_ra 0", "ipv6/conf/{0}/accept_redirects 0", "ipv6/conf/{0}/force_forwarding 1" })
        {
            var words = setting.Replace("{0}", _places.Link, StringComparison.Ordinal).Split(' ');
            yield return $"echo {words[1]} > /proc/sys/net/{words[0]}";
        }
    }

    private List<string> Removal() => ["set -e", $"ip link del {_places.Link}", .. Settings().Select(s => $"echo {s.Before} > {s.Path}"), $"nft delete table inet {_places.Table}"];

    private Action Script(string name, List<string> lines)
    {
        var path = Path.Join(directory, name + ".sh");
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        return () => Tool.Run("sh", path);
    }

    private static IReadOnlyList<BorrowedSetting> Settings()
    {
        using var all = NetworkJournals.Enter();
        using var routes = new RouteSocket();
        return HostForwarding.Needed(routes, withIPv6: true);
    }

    private void Works() => Tool.Run("ip", "netns", "exec", names.Target, stream, "echo", NetworkNames.ServerAddress, "5001", "1");

    private static void IsGone()
    {
        using var routes = new RouteSocket();
        if (routes.Links().FirstOrDefault(l => l.Name.StartsWith(NatAddresses.LinkPrefix, StringComparison.Ordinal)).Name is { } link) throw new InvalidOperationException($"{link} is still there.");
        if (NftTables.Names() is [var table, ..]) throw new InvalidOperationException($"The table {table} is still there.");
        if (Sysctl.TryRead($"/proc/sys/net/ipv4/conf/{NetworkNames.Uplink}/forwarding") != "0") throw new InvalidOperationException("The host still forwards.");
    }
}
