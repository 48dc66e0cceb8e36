using System.Globalization;
using Tmds.Linux;

namespace Sandbox.Launch;

/// <summary>The caller's range in subuid(5) or subgid(5).</summary>
internal static class SubordinateIds
{
    /// <summary>The triples of a map in which the caller stays itself and every other id up to 65536 is one of its range.</summary>
    public static IReadOnlyList<string> Map(string file, int own)
    {
        var name = Environment.UserName;
        var uid = ((uint)LibC.geteuid()).ToString(CultureInfo.InvariantCulture);
        var line = (File.Exists(file) ? File.ReadLines(file) : []).Select(l => l.Split(':')).FirstOrDefault(f => f.Length == 3 && (f[0] == name || f[0] == uid))
            ?? throw new SandboxException("SubordinateIds,ENOENT", SandboxErrorKind.NotInstalled, $"{file} has no range for {name}.", $"Add one (usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {name}), or use identity Sandbox.");
        var start = long.Parse(line[1], CultureInfo.InvariantCulture);
        var count = Math.Min(65536, long.Parse(line[2], CultureInfo.InvariantCulture));
        var below = Math.Min(own, count);
        var numbers = new List<long>();
        if (below > 0) numbers.AddRange([0, start, below]);
        numbers.AddRange([own, own, 1]);
        if (count > own + 1) numbers.AddRange([own + 1, start + own, count - own - 1]);
        return [.. numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))];
    }
}
