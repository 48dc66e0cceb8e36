using System.Net;

namespace Sandbox.Network;

/// <summary>Where a sandbox asks for names.</summary>
internal static class NameServers
{
    // systemd-resolved answers at a loopback address, which is another one in a sandbox; what it asks itself stands in the second file.
    private static readonly string[] Files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];

    /// <summary>Those of a profile, or those of the host that can be reached from another network namespace.</summary>
    public static IReadOnlyList<IPAddress> For(HardeningProfile profile) => profile.DnsServers.Count > 0
        ? [.. profile.DnsServers.Select(s => Parse(s, "DnsServer"))]
        : Files.Select(OfFile).FirstOrDefault(found => found.Count > 0) ?? [];

    /// <summary>
    /// Those that the rules let through: any of them where the default is to allow. A default of deny is for the host's too, since names
    /// carry data out: there only those that somebody named are reached.
    /// </summary>
    public static IReadOnlyList<IPAddress> Reached(HardeningProfile profile) =>
        profile.DefaultNetworkPolicy == NetworkDefault.Allow || profile.DnsServers.Count > 0 ? For(profile) : [];

    /// <summary>What a row says of them.</summary>
    public static string Said(HardeningProfile profile) => Reached(profile) is { Count: > 0 } servers ? string.Join(", ", servers) : "no server";

    public static IPAddress Parse(string text, string parameter)
    {
        if (!AddressRange.TryAddress(text, out var address)) throw AddressRange.Invalid(parameter, text, "is no IPv4 or IPv6 address");
        return !IPAddress.IsLoopback(address) ? address : throw AddressRange.Invalid(parameter, text, "is a loopback address, at which a sandbox finds only itself");
    }

    private static IReadOnlyList<IPAddress> OfFile(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Select(l => l.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).Where(w => w is ["nameserver", ..] && w.Length > 1)
                .Select(w => AddressRange.TryAddress(w[1], out var address) ? address : null).OfType<IPAddress>().Where(a => !IPAddress.IsLoopback(a)).Take(3)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
