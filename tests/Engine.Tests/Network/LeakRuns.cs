namespace Sandbox.Tests.Network;

/// <summary>All attempts under each network, each run once, with what an outside capture saw of it.</summary>
public sealed class LeakRuns : IDisposable
{
    private const string Loose = "\"allowLoosening\": true", Raw = NetworkProfiles.MasterRules + ", " + Loose, Bare = "\"seccompPolicy\": null, \"landlock\": false, " + Loose;
    private readonly Dictionary<string, LeakRun> _runs = [];
    private readonly Dictionary<bool, UserNetworkWorld> _users = [];
    private NetworkWorld? _world;

    /// <summary>
    /// A run by its name: the network, <c>private</c> where private addresses are the target, <c>raw</c> where it has CAP_NET_RAW, <c>bare</c>
    /// where it has no capability but every system call. <c>User</c> before it is -Network User of an ordinary user, or of <c>root</c>.
    /// </summary>
    internal LeakRun Of(string name)
    {
        lock (_runs) return _runs.TryGetValue(name, out var known) ? known : _runs[name] = Run(name);
    }

    public void Dispose()
    {
        foreach (var run in _runs.Values) run.Dispose();
        foreach (var user in _users.Values) user.Dispose();
        _world?.Dispose();
    }

    private LeakRun Run(string name)
    {
        var words = name.Split(' ');
        var (kind, network) = words[0] == "User" ? ("User", words[1]) : ("Nat", words[0]);
        var rules = network switch
        {
            "Host" => "\"extends\": \"Standard\"",
            "NoneWithHostRoot" => "\"extends\": \"Standard\", \"network\": \"None\", \"namespaces\": [\"Network\"]",
            "None" => "\"extends\": \"Strict\"",
            "Allow" => $"\"extends\": \"Strict\", \"network\": \"{kind}\"",
            "Deny" => $"\"extends\": \"Strict\", \"network\": \"{kind}\", \"defaultNetworkPolicy\": \"Deny\"",
            "Block" => $"\"extends\": \"Strict\", \"network\": \"{kind}\", \"blockPrivate\": true",
            _ => throw new ArgumentException(name),
        };
        var profile = $"{{ {rules}, \"name\": \"leak\", {(words.Contains("raw") ? Raw : words.Contains("bare") ? Bare : Loose)} }}";
        var (four, six) = words.Contains("private") ? (NetworkWorld.Private, NetworkWorld.Private6) : (NetworkWorld.Server, NetworkWorld.Server6);
        // A /run, a name server and daemons of the host, for this hosting process alone.
        var daemons = $"""
            mount -t tmpfs none /run; mkdir -p {Path.GetDirectoryName(LeakAttempt.SystemdSocket)} {Path.GetDirectoryName(LeakAttempt.CacheSocket)}
            echo 'nameserver {LeakAttempt.Resolver}' > /run/resolver; mount --bind /run/resolver /etc/resolv.conf
            '{Environment.ProcessPath}' host network daemon {LeakAttempt.SystemdSocket} {LeakAttempt.CacheSocket} {LeakAttempt.AbstractSocket} < /dev/null > /run/said 2>&1 &
            trap "kill $!" EXIT
            for i in $(seq 200); do grep -q serving /run/said && break; sleep 0.05; done
            """;
        var user = kind == "User" ? User(words.Contains("root")) : null;
        var world = user?.World ?? (_world ??= new());
        var (wire, loopback) = (world.CaptureOnServer(), world.CaptureOnHost("lo"));
        var script = LeakAttempt.Script(four, six);
        var said = user?.Sandboxed(profile, script, daemons + "\n" + UserNetworkWorld.OpenDevice) ?? world.SandboxedAfter(daemons, profile, script);
        return new(said, wire.End(), loopback.End());
    }

    private UserNetworkWorld User(bool root) => _users.TryGetValue(root, out var known) ? known : _users[root] = new(root);
}
