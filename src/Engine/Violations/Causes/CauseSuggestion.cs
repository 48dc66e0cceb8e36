using Sandbox.Hardening;

namespace Sandbox.Violations;

/// <summary>Which parameter of this module would allow a call; null where none would.</summary>
internal static class CauseSuggestion
{
    /// <summary>For a path that the caller may not use by its owner and mode.</summary>
    public static string? Path(CauseQuery query, string path, int wanted)
    {
        if (query.Sandbox is not { } sandbox) return null;
        var profile = sandbox.Profile;
        if (profile.HiddenPaths.FirstOrDefault(h => h == path || BindMount.IsBelow(path, h)) is { } hidden) return $"Leave {Quote(hidden)} out of -HiddenPath.";
        // A named path comes in by a mount that makes its owner the sandbox's user.
        if (profile.Identity == IdentityMode.Sandbox && LaunchIdentity.Current.IsRoot && profile.Root == RootMode.Private && System.IO.Path.Exists(path))
            return (wanted & PermissionCheck.Write) != 0 ? Writable(path) : $"Start-HardenedProcess -ReadOnlyPath {Quote(path)}: the sandbox's user is then the owner of it.";
        const int Override = 1, ReadSearch = 2;
        return Capability(query, (wanted & PermissionCheck.Write) == 0 ? ReadSearch : Override);
    }

    /// <summary>For a path that may not be written: the nearest one that is there on the host and may be named.</summary>
    public static string? Writable(CauseQuery query, string path)
    {
        if (query.Sandbox is null) return null;
        for (var at = path; at.Length > 1; at = System.IO.Path.GetDirectoryName(at)!)
        {
            if (System.IO.Path.Exists(at)) return HostPath.IsReadOnly(at) ? $"{Quote(at)} is read-only on the host too: mount it writable, then -WritablePath {Quote(at)}." : Writable(at);
        }

        return $"Make {Quote(path)} on the host, and Start-HardenedProcess -WritablePath {Quote(path)}.";
    }

    /// <summary>For a capability, where the sandbox took it away and keeping it would help.</summary>
    public static string? Capability(CauseQuery query, int capability) =>
        query.Sandbox is { Profile.DropCapabilities: true } sandbox && query.InInitialUserNamespace && LaunchIdentity.Current.IsRoot && !sandbox.Profile.KeepCapabilities.Any(c => Hardening.Capability.Parse(c) == capability)
            ? $"Start-HardenedProcess -KeepCapability {Hardening.Capability.Name(capability)}."
            : null;

    /// <summary>The same for one that counts in the sandbox's own namespaces.</summary>
    public static string? OwnCapability(CauseQuery query, int capability) =>
        query.Sandbox is { Profile.DropCapabilities: true } sandbox && !sandbox.Profile.KeepCapabilities.Any(c => Hardening.Capability.Parse(c) == capability) && (LaunchIdentity.Current.IsRoot || !query.InInitialUserNamespace)
            ? $"Start-HardenedProcess -KeepCapability {Hardening.Capability.Name(capability)}."
            : null;

    public static string Quote(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Writable(string path) => $"Start-HardenedProcess -WritablePath {Quote(path)}.";
}
