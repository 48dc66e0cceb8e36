using Sandbox.Capture;

namespace Sandbox.Network;

/// <summary>The interfaces by which this host reaches everything else: those of its default routes.</summary>
internal static class HostUplinks
{
    public static IReadOnlyList<(string Name, int Index)> All(RouteSocket host)
    {
        var outputs = host.Routes().Where(r => r.Prefix == 0).SelectMany(r => r.Outputs).ToHashSet();
        return [.. host.Links().Where(l => outputs.Contains(l.Index)).Select(l => (l.Name, l.Index))];
    }

    /// <summary>The one that is named, or the only one.</summary>
    public static (string Name, int Index) One(RouteSocket host, string? name)
    {
        if (name is not null) return host.IndexOf(name) is var index and not 0 ? (name, index) : throw CaptureFailure.Missing(name, host.Links().Select(l => l.Name));
        var all = All(host);
        return all.Count == 1 ? all[0] : throw CaptureFailure.View(all.Count == 0 ? "the host has no default route" : $"the host has more than one way out ({string.Join(", ", all.Select(u => u.Name))})", "Name the host's interface with -Interface.");
    }
}
