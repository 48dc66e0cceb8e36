namespace Sandbox.Tests.Network;

/// <summary>All attempts under each network, each run once, with what an outside capture saw of it.</summary>
public sealed class LeakRuns : IDisposable
{
    private const string Raw = NetworkProfiles.MasterRules + ", \"allowLoosening\": true";
    private readonly Dictionary<string, LeakRun> _runs = [];
    private NetworkWorld? _world;

    /// <summary>A run by its name: the network, <c>private</c> where private addresses are the target, <c>raw</c> where it has CAP_NET_RAW.</summary>
    internal LeakRun Of(string name)
    {
        lock (_runs)
        {
            _world ??= new();
            return _runs.TryGetValue(name, out var known) ? known : _runs[name] = Run(_world, name);
        }
    }

    public void Dispose()
    {
        foreach (var run in _runs.Values) run.Dispose();
        _world?.Dispose();
    }

    private static LeakRun Run(NetworkWorld world, string name)
    {
        var words = name.Split(' ');
        var rules = words[0] switch
        {
            "Host" => "\"extends\": \"Standard\"",
            "NoneWithHostRoot" => "\"extends\": \"Standard\", \"network\": \"None\", \"namespaces\": [\"Network\"]",
            "None" => "\"extends\": \"Strict\"",
            "Allow" => "\"extends\": \"Strict\", \"network\": \"Nat\"",
            "Deny" => "\"extends\": \"Strict\", \"network\": \"Nat\", \"defaultNetworkPolicy\": \"Deny\"",
            "Block" => "\"extends\": \"Strict\", \"network\": \"Nat\", \"blockPrivate\": true",
            _ => throw new ArgumentException(name),
        };
        var profile = $"{{ {rules}, \"name\": \"leak\", {(words.Contains("raw") ? Raw : "\"allowLoosening\": true")} }}";
        var (four, six) = words.Contains("private") ? (NetworkWorld.Private, NetworkWorld.Private6) : (NetworkWorld.Server, NetworkWorld.Server6);
        // A /run, a name server and daemons of the host, for this hosting process alone.
        var daemons = $"""
            mount -t tmpfs none /run; mkdir -p {Path.GetDirectoryName(LeakAttempt.SystemdSocket)} {Path.GetDirectoryName(LeakAttempt.CacheSocket)}
            echo 'nameserver {LeakAttempt.Resolver}' > /run/resolver; mount --bind /run/resolver /etc/resolv.conf
            '{Environment.ProcessPath}' host network daemon {LeakAttempt.SystemdSocket} {LeakAttempt.CacheSocket} {LeakAttempt.AbstractSocket} < /dev/null > /run/said 2>&1 &
            trap "kill $!" EXIT
            for i in $(seq 200); do grep -q serving /run/said && break; sleep 0.05; done
            """;
        var (wire, loopback) = (world.CaptureOnServer(), world.CaptureOnHost("lo"));
        var said = world.SandboxedAfter(daemons, profile, LeakAttempt.Script(four, six));
        return new(said, wire.End(), loopback.End());
    }
}
