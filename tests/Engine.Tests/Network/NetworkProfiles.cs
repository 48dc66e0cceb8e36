namespace Sandbox.Tests.Network;

/// <summary>Profiles with -Network Nat, as JSON.</summary>
internal static class NetworkProfiles
{
    /// <summary>Of a program without any capability.</summary>
    public static string Nat(string rules = "") => $$"""{ "extends": "Strict", "name": "nat", "network": "Nat", "allowLoosening": true {{(rules.Length > 0 ? ", " : "")}}{{rules}} }""";

    /// <summary>Of one that may do what it likes with its own network: addresses, routes, rules, frames.</summary>
    public static string Master(string rules = "") => Nat(MasterRules + (rules.Length > 0 ? ", " : "") + rules);

    public const string MasterRules = "\"keepCapabilities\": [\"CAP_NET_RAW\", \"CAP_NET_ADMIN\"], \"seccompPolicy\": null, \"landlock\": false";
}
