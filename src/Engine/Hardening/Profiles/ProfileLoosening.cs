namespace Sandbox.Hardening;

/// <summary>Why a derived profile is looser than its base, property by property; null where it isn't. What can't be compared counts as looser.</summary>
internal static class ProfileLoosening
{
    private static readonly NetworkMode[] NetworksByReach = [NetworkMode.Host, NetworkMode.Nat, NetworkMode.User, NetworkMode.None];

    public static string? Identity(HardeningProfile b, HardeningProfile d) =>
        b.Identity == IdentityMode.Caller || b.Identity == d.Identity || d.Identity == IdentityMode.Sandbox ? null : $"{b.Identity} becomes {d.Identity}";

    // From the most that a network reaches to the least.
    public static string? Network(HardeningProfile b, HardeningProfile d) =>
        Array.IndexOf(NetworksByReach, d.Network) < Array.IndexOf(NetworksByReach, b.Network) ? $"{b.Network} becomes {d.Network}" : null;

    /// <summary>Rules of a network are compared where both have one: taking the network away, or taking the host's away, only tightens.</summary>
    public static bool HaveRules(HardeningProfile b, HardeningProfile d) => Sandbox.Network.SandboxNetwork.Is(b.Network) && Sandbox.Network.SandboxNetwork.Is(d.Network);

    public static string? Root(HardeningProfile b, HardeningProfile d) =>
        b.Root == RootMode.Host || b.Root == d.Root ? null : $"{b.Root} becomes {d.Root}";

    public static string? RootDirectory(HardeningProfile b, HardeningProfile d) =>
        b.Root == RootMode.Directory && d.Root == RootMode.Directory && b.RootDirectory is { } old && (d.RootDirectory is null || !Under(d.RootDirectory, old))
            ? $"{old} becomes {d.RootDirectory ?? "none"}" : null;

    // With the host's root and no Landlock domain every path is visible anyway.
    public static string? ReadOnlyPaths(HardeningProfile b, HardeningProfile d) =>
        b.Root == RootMode.Host && !b.Landlock ? null : Uncovered([.. b.ReadOnlyPaths, .. b.WritablePaths], d.ReadOnlyPaths);

    public static string? WritablePaths(HardeningProfile b, HardeningProfile d) =>
        b.Root == RootMode.Host && !b.Landlock ? null : Uncovered(b.WritablePaths, d.WritablePaths);

    public static string? HiddenPaths(HardeningProfile b, HardeningProfile d) =>
        b.HiddenPaths.Where(h => !d.HiddenPaths.Any(n => Under(h, n))).ToList() is { Count: > 0 } lost ? "no longer hides " + string.Join(", ", lost) : null;

    public static Func<HardeningProfile, HardeningProfile, string?> Ports(Func<HardeningProfile, IReadOnlyList<int>?> get) =>
        (b, d) => get(b) is not { } old ? null : get(d) is not { } now ? "all ports become allowed"
            : Added([.. old.Select(p => $"{p}")], [.. now.Select(p => $"{p}")]);

    public static string? SeccompPolicy(HardeningProfile b, HardeningProfile d) =>
        b.SeccompPolicy is null || b.SeccompPolicy == d.SeccompPolicy || (b.SeccompPolicy, d.SeccompPolicy) is ("standard", "strict")
            ? null : $"{b.SeccompPolicy} becomes {d.SeccompPolicy ?? "none"}";

    public static string? ResourceLimits(HardeningProfile b, HardeningProfile d)
    {
        List<string> reasons = [];
        foreach ((string name, string old) in b.ResourceLimits)
        {
            if (!d.ResourceLimits.TryGetValue(name, out string? now))
                reasons.Add($"{name} is removed");
            else if (!LimitExpression.Parse(now).IsAtMost(LimitExpression.Parse(old)))
                reasons.Add($"{name} changes from {old} to {now}, which isn't always lower");
        }

        return reasons.Count > 0 ? string.Join("; ", reasons) : null;
    }

    public static string? Added(IReadOnlyList<string> old, IReadOnlyList<string> now) =>
        now.Except(old, StringComparer.Ordinal).ToList() is { Count: > 0 } added ? "adds " + string.Join(", ", added) : null;

    public static string? Removed(IReadOnlyList<string> old, IReadOnlyList<string> now) =>
        old.Except(now, StringComparer.Ordinal).ToList() is { Count: > 0 } removed ? "removes " + string.Join(", ", removed) : null;

    private static string? Uncovered(IReadOnlyList<string> old, IReadOnlyList<string> now) =>
        now.Where(p => !old.Any(o => Under(p, o))).ToList() is { Count: > 0 } added ? "adds " + string.Join(", ", added) : null;

    // Lexical, '..' resolved first; symbolic links are resolved only when the sandbox is built.
    private static bool Under(string path, string directory)
    {
        string p = Path.GetFullPath(path), d = Path.GetFullPath(directory).TrimEnd('/');
        return p.TrimEnd('/') == d || p.StartsWith(d + "/", StringComparison.Ordinal);
    }
}
