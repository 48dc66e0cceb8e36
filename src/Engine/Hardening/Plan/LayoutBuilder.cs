namespace Sandbox.Hardening;

/// <summary>Puts the runtime, the working directory and the paths that the caller named into one layout.</summary>
internal sealed class LayoutBuilder(HardeningProfile profile, LaunchIdentity identity, string currentDirectory)
{
    private readonly bool _mapped = identity.IsRoot && profile.Identity == IdentityMode.Sandbox;

    public RootLayout Build(WorkingDirectory working)
    {
        var layout = profile.Root == RootMode.Private ? RootLayout.Private(identity.InsideUid(profile.Identity), identity.InsideGid(profile.Identity)) : new RootLayout();
        if (profile.Root == RootMode.Private) layout.AddNames(profile);
        if (profile.Root == RootMode.Directory)
        {
            var root = HostPath.Existing(profile.RootDirectory ?? throw new SandboxException("RootDirectory,MISSING", SandboxErrorKind.InvalidArgument, "The profile asks for a root directory and names none.", "Give -RootDirectory."), "RootDirectory", currentDirectory);
            if (root == "/") throw new SandboxException("RootDirectory,EINVAL", SandboxErrorKind.InvalidArgument, "-RootDirectory: the host's root can't be the private root.", "Use the profile's private root, or a directory that holds a root file system.");
            if (new[] { "proc", "dev", "tmp" }.Where(d => !Directory.Exists(Path.Join(root, d))).ToArray() is { Length: > 0 } missing)
            {
                throw new SandboxException("RootDirectory,ENOENT", SandboxErrorKind.ObjectNotFound, $"-RootDirectory: {root} has no {string.Join(", ", missing.Select(m => "/" + m))}, where the sandbox's own are mounted.", $"mkdir {string.Join(' ', missing.Select(m => $"'{Path.Join(root, m)}'"))}");
            }

            layout.RootDirectory = root;
            layout.Put(Bind("root_filesystem", root, writable: false));
            layout.AddDevices();
        }

        foreach (var path in profile.ReadOnlyPaths) layout.Put(Named("ReadOnlyPath", "read_only_path", path, writable: false));
        foreach (var path in profile.WritablePaths) layout.Put(Named("WritablePath", "writable_path", path, writable: true));
        if (working.Expose) layout.Put(Bind("working_directory", working.Path, profile.WritableWorkingDirectory && !working.ReadOnly));
        foreach (var path in profile.HiddenPaths)
        {
            // The links of another root lead elsewhere than the host's: there a path is what it says, and a link on the way is an error.
            if (profile.Root == RootMode.Directory) layout.HiddenPaths.Add(Path.GetFullPath(path, currentDirectory));
            else layout.Hide(Path.GetFullPath(path, currentDirectory));
        }

        return layout;
    }

    private BindMount Named(string parameter, string row, string path, bool writable)
    {
        var real = HostPath.Existing(path, parameter, currentDirectory);
        if (writable && HostPath.IsReadOnly(real)) throw new SandboxException($"{parameter},EROFS", SandboxErrorKind.InvalidArgument, $"-{parameter}: '{real}' is on a file system that is mounted read-only.", "Use -ReadOnlyPath, or mount it writable.");
        if (real == "/") throw new SandboxException($"{parameter},EINVAL", SandboxErrorKind.InvalidArgument, $"-{parameter}: the host's root can't be shown as a whole.", "Name the directories that the program needs, or use a profile with the host's root (Standard).");
        return Bind($"{row}:{real}", real, writable);
    }

    private BindMount Bind(string row, string path, bool writable) =>
        new(row, path, Directory.Exists(path), writable) { Owner = _mapped ? HostPath.Owner(path) : null };
}
