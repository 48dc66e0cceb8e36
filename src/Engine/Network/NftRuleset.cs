using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sandbox.Network;

/// <summary>The ruleset of one sandbox, as nft reads it: a table of its own, so that it comes, and goes, as a whole.</summary>
internal abstract class NftRuleset(string table, HardeningProfile profile, IReadOnlyList<IPAddress> nameServers)
{
    /// <summary>What refuses with the answer of a router.</summary>
    protected const string Unreachable = "reject with icmpx type admin-prohibited";

    private readonly StringBuilder _chains = new(), _rules = new();

    /// <summary>How many rules the table has.</summary>
    public int Rules { get; private set; }

    public string Table => table;

    /// <summary>The whole text.</summary>
    /// <param name="made">Whether the table is there already; otherwise it is an error where somebody has one of that name.</param>
    public string Build(bool made)
    {
        AddChains();
        // Every chain before the first rule: rules jump to chains. Nothing names the table itself again, which would ask for its flags to go.
        return $"{(made ? "" : $"create table inet {table}\n")}{_chains}{_rules}";
    }

    protected abstract void AddChains();

    /// <summary>The verdict of a rule that refuses.</summary>
    protected virtual string Refuse => Unreachable;

    /// <summary>What the profile says of addresses; the name servers come first, and what is denied before what is allowed.</summary>
    protected IEnumerable<string> Policy() =>
    [
        .. Match(Destinations, nameServers.Select(One), "meta l4proto { tcp, udp } th dport 53 accept"),
        .. Destinations.SelectMany(d => Match([d], NetworkRules.Denied(profile), Refuse)),
        .. Match(Destinations, NetworkRules.Allowed(profile), "accept"),
    ];

    /// <summary>The destinations that count, F the family: what is denied by one of them is denied, what is allowed needs all.</summary>
    protected virtual IReadOnlyList<string> Destinations => ["F daddr"];

    protected string Default => profile.DefaultNetworkPolicy == NetworkDefault.Allow ? "accept" : Refuse;

    internal static AddressRange One(IPAddress address) => new(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);

    protected static IEnumerable<string> Match(string field, IEnumerable<AddressRange> ranges, string verdict) => Match(["F " + field], ranges, verdict);

    private static IEnumerable<string> Match(IReadOnlyList<string> fields, IEnumerable<AddressRange> ranges, string verdict)
    {
        foreach (var family in ranges.GroupBy(r => r.IsIPv6))
        {
            var set = Set(NetworkRules.Widest(family));
            yield return string.Concat(fields.Select(f => $"{f.Replace("F", family.Key ? "ip6" : "ip", StringComparison.Ordinal)} {set} ")) + verdict;
        }
    }

    protected static string Set(IEnumerable<object> elements) => $"{{ {string.Join(", ", elements)} }}";

    protected static string Quoted(string name) => $"\"{name}\"";

    protected void Chain(string name, string? hook, IEnumerable<string> rules)
    {
        _chains.Append(CultureInfo.InvariantCulture, $"add chain inet {table} {name}{(hook is null ? "" : $" {{ {hook} }}")}\n");
        foreach (var rule in rules)
        {
            _rules.Append(CultureInfo.InvariantCulture, $"add rule inet {table} {name} {rule}\n");
            Rules++;
        }
    }
}
