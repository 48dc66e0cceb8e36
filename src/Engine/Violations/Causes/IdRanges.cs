using System.Globalization;

namespace Sandbox.Violations;

/// <summary>The host's ids that a user namespace has (user_namespaces(7), uid_map).</summary>
internal sealed class IdRanges(IReadOnlyList<(uint First, uint Count)> ranges)
{
    public static IdRanges Parse(string map) => new([.. map.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(l => l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(f => f.Length == 3)
        .Select(f => (uint.Parse(f[1], CultureInfo.InvariantCulture), uint.Parse(f[2], CultureInfo.InvariantCulture)))]);

    /// <summary>Whether an id of the host has one in the namespace.</summary>
    public bool Has(uint id) => ranges.Any(r => id >= r.First && id - r.First < r.Count);
}
