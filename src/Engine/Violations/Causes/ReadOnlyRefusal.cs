using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>EROFS: which mount it is that may not be written.</summary>
internal static class ReadOnlyRefusal
{
    public static CheckResult Of(CauseQuery query)
    {
        var facts = query.Facts;
        foreach (var full in new[] { facts.Path, facts.Destination })
        {
            if (query.Root is not { } root || PathText.Of(full, facts.Decoded) is not { } path) continue;
            using var walk = PathWalk.Of(query, root, path, follow: true, caller: null);
            if (!walk.Result.IsPass) continue;
            var at = walk.Object ?? walk.Parent;
            if (query.MountOf(at) is not { } mount) continue;
            if (mount.IsReadOnly) return Refused(query, walk.Path, $"{walk.Path} is on the mount {mount.MountPoint} ({mount.FileSystemType}, {string.Join(',', mount.Options)}), which is read-only.");
            if (mount.SuperOptions.Contains("ro")) return Refused(query, walk.Path, $"{walk.Path} is on {mount.MountPoint}, whose file system ({mount.FileSystemType} of {mount.Source}) is read-only.");
        }

        // Nothing but a read-only mount, file system or device gives it.
        return Refused(query, null, $"{facts.Path ?? "The file"}: the kernel says EROFS; the mounts that the caller saw couldn't be looked at.");
    }

    private static CheckResult Refused(CauseQuery query, string? path, string text) =>
        CheckResult.Refuses(Errno.EROFS, SandboxViolationCause.ReadOnlyMount, text, path is null ? null : CauseSuggestion.Writable(query, path));
}
