using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>
/// The network of a run with -Network User: an interface in the target's own namespace, with pasta at its other end, and rules in there.
/// Nothing of it is on the host, so that nothing can be left on it.
/// </summary>
internal sealed class UserNetwork(HardeningProfile profile) : SandboxNetwork
{
    private const string TargetLink = "eth0";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly IReadOnlyList<PortMapping> _published = [.. profile.PublishPorts.Select(p => PortMapping.Parse(p, "PublishPort"))];
    private HelperProgram? _pasta;

    // Only looked at, to say what is wrong with a port before it is pasta's.
    protected override void Prepare() => PublishedPorts.Check(_published);

    protected override IReadOnlyList<HardeningOutcome> Make(int targetPid)
    {
        using var host = new RouteSocket();
        var routes = host.Routes().ToList();
        var (four, six) = (HasDefault(routes, AddressFamily.InterNetwork), HasDefault(routes, AddressFamily.InterNetworkV6));
        if (!four && !six) throw new SandboxException("Network,ENETUNREACH", SandboxErrorKind.ResourceUnavailable, "The host has no default route, so that pasta would connect to nothing.", "Connect the host (ip route), or use -Network None.");
        var used = host.Addresses(0).ToList();
        var local = host.LocalRanges().ToList();
        var addresses = NatAddresses.Free([.. local, .. routes.Select(r => new AddressRange(r.Destination, r.Prefix)), .. used.Select(a => new AddressRange(a.Address, a.Prefix))])
            ?? throw new SandboxException("Network,ENOSPC", SandboxErrorKind.ResourceUnavailable, "The host has a route to all of 10.240.0.0/16.", "Change the host's routes.");
        var rules = new UserRuleset(addresses, profile, NameServers.Reached(profile), [.. local, .. used.Select(a => NftRuleset.One(a.Address))], four, six);
        var space = new TargetSpace(targetPid);
        NftProgram.Load(rules.Build(made: false), space.EnterAsAdministrator);
        using var target = new RouteSocket(space.OpenNetlink(NetlinkSocket.Route));
        _pasta = PastaProgram.Start(space, TargetLink, addresses, four, six, _published);
        var link = AwaitLink(target, addresses, four, six);
        if (six) Announce(space, addresses);
        var found = NftTables.CountRules(rules.Table, space.OpenNetlink(NetlinkSocket.NetFilter));
        return
        [
            NetworkRow.Judge("network_link", true, $"{link}, through pasta (process {_pasta.Id})"),
            NetworkRow.Judge("network_policy", found == rules.Rules, $"table inet {rules.Table} in its own namespace: {found} of {rules.Rules} rules; default {profile.DefaultNetworkPolicy}; names from {NameServers.Said(profile)}"),
            six ? NetworkRow.Judge("network_ipv6", true, $"{addresses.Target6}/{NatAddresses.Prefix6}") : NetworkRow.NotRequested("network_ipv6", "the host has no default route of IPv6"),
        ];
    }

    protected override void Remove() => Interlocked.Exchange(ref _pasta, null)?.Dispose();

    private static void Announce(TargetSpace space, NatAddresses addresses)
    {
        try
        {
            space.Announce(addresses.Target6, addresses.Gateway6);
        }
        catch (SocketException e)
        {
            throw new ErrnoException("sendto", e.NativeErrorCode, "neighbour advertisement");
        }
    }

    // pasta says nothing when it is ready: the kernel is asked until the interface is as it has to be, or pasta has given up.
    private string AwaitLink(RouteSocket target, NatAddresses addresses, bool four, bool six)
    {
        var watch = Stopwatch.StartNew();
        for (; ; )
        {
            var ended = _pasta!.Await(1);
            var (right, text) = Link(target, addresses, four, six);
            if (right && !ended) return text;
            if (ended) throw new SandboxException("pasta,ENDED", SandboxErrorKind.NotSpecified, $"pasta ended with {_pasta.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "an unknown status"}: {Said()}", "Correct what it says; -Network None runs without a network.");
            if (watch.Elapsed > Patience) throw new SandboxException("pasta,ETIMEDOUT", SandboxErrorKind.OperationTimeout, $"pasta has not connected the target within {Patience.TotalSeconds:0} s and was killed: {text}. {Said()}", "Test-SandboxSupport pasta, tun_device tells what is missing; if nothing is, the machine is too busy (uptime tells its load). -Network None runs without a network.");
        }
    }

    private string Said() => string.Join("; ", _pasta!.Said.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && !l.EndsWith(" to syslog", StringComparison.Ordinal) && !l.StartsWith("Don't run as root", StringComparison.Ordinal))) is { Length: > 0 } said ? said : "it said nothing";

    private static (bool Right, string Text) Link(RouteSocket target, NatAddresses addresses, bool four, bool six)
    {
        var (_, index, flags) = target.Links().FirstOrDefault(l => l.Name == TargetLink);
        if (index == 0) return (false, $"there is no {TargetLink}");
        var found = target.Addresses(index).Where(a => !a.Address.IsIPv6LinkLocal).ToArray();
        var gateways = target.Routes().Where(r => r.Prefix == 0 && r.Outputs.Contains(index)).Select(r => r.Gateway).OfType<IPAddress>().ToArray();
        var right = (flags & 1) != 0
            && (!four || (found.Contains((addresses.Target4, NatAddresses.Prefix4)) && gateways.Contains(addresses.Gateway4)))
            && (!six || (found.Contains((addresses.Target6, NatAddresses.Prefix6)) && gateways.Contains(addresses.Gateway6)));
        return (right, $"{TargetLink} with {string.Join(", ", found.Select(a => $"{a.Address}/{a.Prefix}"))}, default via {string.Join(", ", gateways.AsEnumerable())}");
    }

    private static bool HasDefault(IEnumerable<RouteEntry> routes, AddressFamily family) => routes.Any(r => r.Prefix == 0 && r.Destination.AddressFamily == family && r.Outputs.Count > 0);
}
