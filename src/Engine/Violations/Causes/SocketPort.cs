using System.Globalization;

namespace Sandbox.Violations;

/// <summary>The port of an address as the decoder writes it.</summary>
internal static class SocketPort
{
    public static int? Of(string? address) => address is not null && address.StartsWith("inet", StringComparison.Ordinal)
        && int.TryParse(address[(address.LastIndexOf(':') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
}
