namespace Sandbox.Hardening;

/// <summary>Finds the program as the sandbox will see it.</summary>
internal sealed class ExecutableResolver(RootMode root, string? rootDirectory, IEnumerable<string> visible, string currentDirectory)
{
    private readonly string[] _visible = [.. visible];

    /// <summary>The path to execute, and whether its file has to be made visible.</summary>
    public (string Path, bool Expose) Resolve(string filePath, string sandboxPath)
    {
        if (filePath.Length == 0) throw NotFound(filePath, "The path is empty.");
        if (filePath.Contains('/', StringComparison.Ordinal)) return ResolvePath(Path.GetFullPath(filePath, currentDirectory), filePath);
        foreach (var directory in sandboxPath.Split(':'))
        {
            var candidate = Path.Join(directory, filePath);
            if (Path.IsPathRooted(candidate) && Executable(candidate) && Visible(candidate)) return (candidate, false);
        }

        if (root == RootMode.Directory) throw NotFound(filePath, $"No directory of the sandbox's PATH ({sandboxPath}) below {rootDirectory} holds it.");
        foreach (var directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        {
            var candidate = Path.Join(directory, filePath);
            if (Path.IsPathRooted(candidate) && Executable(candidate)) return ResolvePath(candidate, filePath);
        }

        throw NotFound(filePath, $"It is in no directory of the sandbox's PATH ({sandboxPath}), nor of yours.");
    }

    private (string Path, bool Expose) ResolvePath(string path, string asked)
    {
        if (!Exists(path)) throw NotFound(asked, $"{path} doesn't exist" + (root == RootMode.Directory ? $" below {rootDirectory}." : "."));
        if (Directory.Exists(OnHost(path))) throw new SandboxException("Executable,IS_DIRECTORY", SandboxErrorKind.InvalidArgument, $"{path} is a directory, not a program.", "Name the program in it.");
        if (!Executable(path)) throw new SandboxException("Executable,EACCES", SandboxErrorKind.PermissionDenied, $"{path} is not executable.", $"Give it the execute bit (chmod +x '{path}'), or run it by its interpreter.");
        if (Visible(path) || root != RootMode.Private) return (path, false);
        return (HostPath.Real(path), true);
    }

    private string OnHost(string path) => root == RootMode.Directory ? rootDirectory + path : path;

    // A link of a foreign root may point anywhere below it; the exec itself tells.
    private bool Exists(string path) => File.Exists(OnHost(path)) || Directory.Exists(OnHost(path)) || (root == RootMode.Directory && new FileInfo(OnHost(path)).LinkTarget is not null);

    private bool Executable(string path)
    {
        var file = new FileInfo(OnHost(path));
        if (root == RootMode.Directory && file.LinkTarget is not null) return true;
        return file.Exists && (File.GetUnixFileMode(file.FullName) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
    }

    // A path that leads through links counts where both it and its end are visible.
    private bool Visible(string path) =>
        root != RootMode.Private || (Inside(path) && Inside(HostPath.Real(path)));

    private bool Inside(string path) => _visible.Any(v => v == path || BindMount.IsBelow(path, v));

    private static SandboxException NotFound(string path, string why) =>
        new("Executable,ENOENT", SandboxErrorKind.ObjectNotFound, $"The program '{path}' was not found. {why}", "Give the path of the program, or install it.");
}
