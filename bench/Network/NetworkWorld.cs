namespace Sandbox.Bench.Network;

/// <summary>
/// Network namespaces of the bench's own: a host, a server that it reaches by its default route, a target that has no network yet, one for
/// pasta, and two clients: one behind a router that only forwards, one behind a router that translates by one rule of nft. The machine's interfaces and rules are never touched.
/// </summary>
internal sealed class NetworkWorld : IDisposable
{
    private readonly Spaces _spaces = new();

    public NetworkWorld()
    {
        try
        {
            foreach (var space in new[] { Names.Host, Names.Server, Names.Target, Names.User, Names.Router, Names.Client, Names.Translator, Names.TranslatedClient }) Make(space);
            Join(Names.Host, NetworkNames.Uplink, NetworkNames.HostAddress, Names.Server, "up0", NetworkNames.ServerGateway);
            Join(Names.Router, "up0", "198.51.101.1", Names.Server, "up1", "198.51.101.2");
            Join(Names.Router, "down0", "10.77.0.1", Names.Client, "eth0", "10.77.0.2");
            Join(Names.Translator, "up0", "198.51.102.1", Names.Server, "up2", "198.51.102.2");
            Join(Names.Translator, "down0", "10.78.0.1", Names.TranslatedClient, "eth0", "10.78.0.2");
            Ip(Names.Server, "address", "add", NetworkNames.ServerAddress + "/32", "dev", "lo");
            Ip(Names.Server, "route", "add", "10.77.0.0/24", "via", "198.51.101.1");
            Ip(Names.Host, "route", "add", "default", "via", NetworkNames.ServerGateway);
            Ip(Names.Router, "route", "add", "default", "via", "198.51.101.2");
            Ip(Names.Client, "route", "add", "default", "via", "10.77.0.1");
            Ip(Names.Translator, "route", "add", "default", "via", "198.51.102.2");
            Ip(Names.TranslatedClient, "route", "add", "default", "via", "10.78.0.1");
            Tool.Run("ip", "netns", "exec", Names.Translator, "nft", "add table ip nat; add chain ip nat out { type nat hook postrouting priority srcnat; }; add rule ip nat out oifname up0 masquerade");
            // A host that forwards nothing, as most are, and one that forwards everything.
            Tool.Run("ip", "netns", "exec", Names.Host, "sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv6/conf/all/forwarding");
            foreach (var router in new[] { Names.Router, Names.Translator }) Tool.Run("ip", "netns", "exec", router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
            Ip(Names.Host, "-6", "address", "add", "2001:db8:1::1/64", "dev", NetworkNames.Uplink, "nodad");
            Ip(Names.Host, "-6", "route", "add", "default", "via", "2001:db8:1::2");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public NetworkNames Names { get; } = new($"sbxn{Environment.ProcessId}");

    public void Dispose() => _spaces.Dispose();

    private void Make(string space)
    {
        _spaces.Make(space);
        Ip(space, "link", "set", "lo", "up");
    }

    private static void Join(string one, string link, string address, string other, string peer, string gateway)
    {
        Ip(one, "link", "add", link, "type", "veth", "peer", "name", peer, "netns", other);
        foreach (var (space, name, own) in new[] { (one, link, address), (other, peer, gateway) })
        {
            Ip(space, "address", "add", own + "/24", "dev", name);
            Ip(space, "link", "set", name, "up");
        }
    }

    private static void Ip(string space, params string[] arguments) => Tool.Run(["ip", "-n", space, .. arguments]);
}
