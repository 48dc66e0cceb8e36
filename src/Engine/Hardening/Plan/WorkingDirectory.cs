namespace Sandbox.Hardening;

/// <summary>Where the target starts, and whether that place of the host is shown to it.</summary>
internal sealed record WorkingDirectory(string Path, bool Expose, string Note)
{
    public static WorkingDirectory Decide(LaunchRequest request, string currentDirectory)
    {
        var asked = request.WorkingDirectory;
        if (request.Profile.Root == RootMode.Directory && asked is null) return new("/", false, "the root directory");
        if (asked is null && !Directory.Exists(currentDirectory))
            throw new SandboxException("WorkingDirectory,ENOENT", SandboxErrorKind.ObjectNotFound, $"The current location '{currentDirectory}' doesn't exist any more.", "Change to a directory that exists, or give -WorkingDirectory.");
        var path = HostPath.Existing(asked ?? currentDirectory, "WorkingDirectory", currentDirectory);
        if (!Directory.Exists(path)) throw new SandboxException("WorkingDirectory,ENOTDIR", SandboxErrorKind.InvalidArgument, $"-WorkingDirectory: '{path}' is no directory.");
        if (request.Profile.Root == RootMode.Host) return new(path, false, "");
        if (path == "/") return asked is null ? Private("the root of the host is never shown") : new("/", false, "the private root");
        if (IsSystem(path)) return asked is null ? Private($"{path} is a system directory") : new(path, false, "a system directory stays read-only");
        // Nobody asked for it: a shell that happens to stand in the home directory must not hand out its keys.
        if (asked is null && HoldsHome(path)) return Private($"{path} holds a home directory: name it by -WorkingDirectory to show it");
        return HostPath.IsReadOnly(path) ? new(path, true, "its file system is mounted read-only") { ReadOnly = true } : new(path, true, "");
    }

    /// <summary>Whether nothing can make it writable.</summary>
    public bool ReadOnly { get; private init; }

    private static WorkingDirectory Private(string why) => new("/tmp", false, $"private /tmp, because {why}");

    private static bool IsSystem(string path) => path is "/usr" or "/bin" or "/sbin" or "/lib" or "/lib64" or "/etc" or "/opt" or "/dev" or "/proc" or "/sys" or "/run" or "/var" or "/boot" or "/tmp"
        || BindMount.IsBelow(path, "/proc") || BindMount.IsBelow(path, "/sys") || BindMount.IsBelow(path, "/dev");

    private static bool HoldsHome(string path)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return path is "/home" or "/root" || (home.Length > 1 && (home == path || BindMount.IsBelow(home, path)));
    }
}
