using System.Globalization;

namespace Sandbox.Network;

/// <summary>A port of the host that leads to a port of a sandbox.</summary>
internal sealed record PortMapping(int HostPort, int SandboxPort, string Protocol)
{
    /// <summary>Reads <c>HOST:SANDBOX</c> or <c>HOST:SANDBOX/udp</c>.</summary>
    public static PortMapping Parse(string text, string parameter)
    {
        if (TryParse(text) is { } mapping) return mapping;
        throw AddressRange.Invalid(parameter, text, "is no mapping such as 8080:80 or 5353:53/udp: the host's port, the sandbox's port (1 to 65535), tcp or udp");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{HostPort}:{SandboxPort}/{Protocol}");

    private static PortMapping? TryParse(string text)
    {
        var parts = text.Split('/');
        var protocol = parts.Length == 1 ? "tcp" : parts[1].ToLowerInvariant();
        return parts.Length <= 2 && protocol is "tcp" or "udp" && parts[0].Split(':') is [var host, var inside] && Port(host) is { } outer && Port(inside) is { } inner
            ? new(outer, inner, protocol) : null;
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : null;
}
