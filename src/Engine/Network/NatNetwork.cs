using System.Net;
using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>
/// The network of a run with -Network Nat: a veth pair, whose end on the host leads on by rules of nft. The rules are there before the
/// link, and the link before the target's first instruction.
/// </summary>
internal sealed class NatNetwork(HardeningProfile profile) : SandboxNetwork
{
    public const string TargetLink = "eth0";
    private readonly PublishedPorts _ports = new();
    private readonly string? _withoutIPv6 = HostForwarding.WithoutIPv6;
    private NetworkJournal? _journal;
    private NatRuleset? _rules;
    private OwnedTable? _table;
    private RulesetWatch? _watch;

    /// <summary>What ended it before the program's end; null where nothing did.</summary>
    public SandboxException? Failure => _watch?.Failure;

    private bool WithIPv6 => _withoutIPv6 is null;

    protected override void Prepare() => _ports.Hold(profile.PublishPorts.Select(p => PortMapping.Parse(p, "PublishPort")));

    protected override IReadOnlyList<HardeningOutcome> Make(int targetPid)
    {
        Build(targetPid);
        return [Link(targetPid), Policy(), Forwarding(), IPv6()];
    }

    protected override void Remove()
    {
        _ports.Dispose();
        _watch?.Dispose();
        _table?.Dispose();
        if (Interlocked.Exchange(ref _journal, null) is not { } journal) return;
        // Whatever goes wrong: once nobody holds the journal, a repair takes it up.
        using (journal)
        {
            using var all = NetworkJournals.Enter();
            NetworkRemoval.Undo(journal);
        }
    }

    private void Build(int targetPid)
    {
        using var host = new RouteSocket();
        using (NetworkJournals.Enter())
        {
            var settings = HostForwarding.Needed(host, WithIPv6);
            var (addresses, file) = NetworkJournals.Reserve([.. host.RoutesOfAllTables().Select(r => new AddressRange(r.Destination, r.Prefix)), .. host.Addresses(0).Select(a => new AddressRange(a.Address, a.Prefix))], host.Links().Select(l => l.Name).Concat(NftTables.Names()).ToHashSet(StringComparer.Ordinal));
            _journal = NetworkJournal.Write(addresses, file, settings);
        }

        var names = _journal.Addresses;
        _rules = new NatRuleset(names, profile, NameServers.Reached(profile), _journal.Settings, WithIPv6);
        _table = new OwnedTable(_rules.Table);
        NftProgram.Load(_rules.Build(made: true));
        _table.Take();
        _watch = new RulesetWatch(_rules, names.Link, new BorrowedForwarding(_journal.Settings, _table.TryEmpty));
        foreach (var setting in _journal.Settings) setting.Apply();
        ConnectionRemoval.Forget(names);
        using var space = NetworkNamespace.Of(targetPid);
        host.CreatePair(names.Link, TargetLink, space);
        HostForwarding.SetUp(names.Link, WithIPv6, loopback: profile.PublishPorts.Count > 0);
        using var target = space.Run(() => new RouteSocket());
        Configure(host, names.Link, names.Gateway4, names.Gateway6);
        var index = Configure(target, TargetLink, names.Target4, names.Target6);
        target.AddDefaultRoute(index, names.Gateway4);
        if (WithIPv6) target.AddDefaultRoute(index, names.Gateway6);
    }

    private int Configure(RouteSocket routes, string link, IPAddress four, IPAddress six)
    {
        var index = routes.IndexOf(link);
        routes.AddAddress(index, four, NatAddresses.Prefix4);
        if (WithIPv6) routes.AddAddress(index, six, NatAddresses.Prefix6);
        routes.SetUp(index);
        return index;
    }

    // What the target's own namespace says: its addresses, and the routes by which it leaves.
    private HardeningOutcome Link(int targetPid)
    {
        using var space = NetworkNamespace.Of(targetPid);
        using var target = space.Run(() => new RouteSocket());
        var names = _journal!.Addresses;
        var (_, index, flags) = target.Links().FirstOrDefault(l => l.Name == TargetLink);
        var addresses = target.Addresses(index).Where(a => !a.Address.IsIPv6LinkLocal).ToArray();
        var gateways = target.Routes().Where(r => r.Prefix == 0 && r.Outputs.Contains(index)).Select(r => r.Gateway).ToArray();
        var right = index != 0 && (flags & 1) != 0 && addresses.Contains((names.Target4, NatAddresses.Prefix4)) && gateways.Contains(names.Gateway4)
            && (!WithIPv6 || (addresses.Contains((names.Target6, NatAddresses.Prefix6)) && gateways.Contains(names.Gateway6)));
        return NetworkRow.Judge("network_link", right, $"{TargetLink} with {string.Join(", ", addresses.Select(a => $"{a.Address}/{a.Prefix}"))}, default via {string.Join(", ", gateways.AsEnumerable())}, to {names.Link}");
    }

    private HardeningOutcome Policy()
    {
        var found = NftTables.CountRules(_journal!.Addresses.Table);
        return NetworkRow.Judge("network_policy", found == _rules!.Rules, $"table inet {_journal.Addresses.Table}: {found} of {_rules.Rules} rules{(_table!.IsOwned ? ", which nobody else can change" : "")}; default {profile.DefaultNetworkPolicy}; names from {NameServers.Said(profile)}");
    }

    private HardeningOutcome Forwarding()
    {
        var changed = _journal!.Settings.Where(s => s.Now != s.Set).ToArray();
        var link = Sysctl.TryRead($"/proc/sys/net/ipv4/conf/{_journal.Addresses.Link}/forwarding");
        var detail = _journal.Settings.Count == 0 ? "nothing to change" : string.Join(", ", _journal.Settings.Select(s => $"{s.Name}={s.Now}"));
        return NetworkRow.Judge("network_forwarding", changed.Length == 0 && link == "1", detail);
    }

    private HardeningOutcome IPv6() => WithIPv6
        ? NetworkRow.Judge("network_ipv6", true, $"{_journal!.Addresses.Target6}/{NatAddresses.Prefix6}")
        : NetworkRow.NotRequested("network_ipv6", _withoutIPv6!);
}
