using System.Net.Sockets;
using Sandbox.Host;

namespace Sandbox.Network;

/// <summary>
/// Which settings let the host pass packets on, interface by interface: packets are forwarded where the interface that they come in by
/// forwards. Answers come in by any interface that has a route.
/// </summary>
internal static class HostForwarding
{
    private const string Four = "/proc/sys/net/ipv4/conf", Six = "/proc/sys/net/ipv6/conf";

    /// <summary>Why sandboxes have no IPv6 here; null where they have it.</summary>
    public static string? WithoutIPv6 =>
        Sysctl.TryRead(Six + "/all/forwarding") is not { } all ? "this kernel has no IPv6"
        : Sysctl.TryRead(Six + "/default/disable_ipv6") != "0" || Sysctl.TryRead(Six + "/all/disable_ipv6") != "0" ? "IPv6 is disabled here (net.ipv6.conf.*.disable_ipv6)"
        : all == "0" && !File.Exists(Six + "/all/force_forwarding") ? "this kernel forwards IPv6 for the whole host only, which would change how it takes its own addresses: Linux 6.17, or net.ipv6.conf.all.forwarding=1, brings IPv6 to sandboxes"
        : null;

    /// <summary>The settings that aren't as they have to be, with what other sandboxes found before they changed them.</summary>
    public static IReadOnlyList<BorrowedSetting> Needed(RouteSocket routes, bool withIPv6)
    {
        var links = routes.Links().ToDictionary(l => l.Index, l => l.Name);
        var used = routes.RoutesOfAllTables().SelectMany(r => r.Outputs.Select(o => (links.GetValueOrDefault(o, ""), r.Destination.AddressFamily == AddressFamily.InterNetworkV6 && !r.Destination.IsIPv6LinkLocal && r.Prefix < 128 ? Six : r.Destination.AddressFamily == AddressFamily.InterNetwork ? Four : ""))).Distinct();
        var others = NetworkJournals.Others(null).SelectMany(j => j.Settings).ToList();
        var needed = new List<BorrowedSetting>();
        foreach (var (link, family) in used.Where(u => u.Item1.Length > 0 && u.Item2.Length > 0 && u.Item1 != "lo" && !u.Item1.StartsWith(NatAddresses.LinkPrefix, StringComparison.Ordinal)))
        {
            if (family == Six && (!withIPv6 || AllOfIPv6)) continue;
            var path = family == Six ? $"{Six}/{link}/force_forwarding" : $"{Four}/{link}/forwarding";
            if ((others.Find(o => o.Path == path && !o.IsTakenOver) ?? BorrowedSetting.Borrow(path, "1")) is { } setting) needed.Add(setting);
        }

        return needed;
    }

    /// <summary>The settings of the sandbox's own interface on the host. They end with it.</summary>
    /// <param name="link">The interface.</param>
    /// <param name="withIPv6">Whether it forwards IPv6.</param>
    /// <param name="loopback">Whether what comes from the host's 127.0.0.0/8 goes out by it, and the answers back.</param>
    public static void SetUp(string link, bool withIPv6, bool loopback)
    {
        // A packet with a source route shows the rules another destination than the one that it goes to.
        foreach (var (name, value) in new[] { ("forwarding", "1"), ("rp_filter", "1"), ("accept_redirects", "0"), ("send_redirects", "0"), ("accept_source_route", "0"), ("route_localnet", loopback ? "1" : "0") }) Sysctl.Write($"{Four}/{link}/{name}", value);
        if (!Directory.Exists($"{Six}/{link}")) return;
        // Nothing that comes from a sandbox configures the host.
        Sysctl.Write($"{Six}/{link}/accept_ra", "0");
        Sysctl.Write($"{Six}/{link}/accept_redirects", "0");
        if (withIPv6 && !AllOfIPv6) Sysctl.Write($"{Six}/{link}/force_forwarding", "1");
    }

    /// <summary>The interface of a setting.</summary>
    public static string LinkOf(BorrowedSetting setting) => setting.Path.Split('/')[6];

    /// <summary>Whether the host forwards a family by now without a sandbox too: somebody has made a router of it.</summary>
    public static bool IsRouter(IEnumerable<BorrowedSetting> settings, bool six) => (six && AllOfIPv6) || settings.Any(s => s.IsIPv6 == six && s.IsTakenOver);

    private static bool AllOfIPv6 => Sysctl.TryRead(Six + "/all/forwarding") == "1";
}
