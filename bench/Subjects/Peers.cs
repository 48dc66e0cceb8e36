using Sandbox.Hardening;

namespace Sandbox.Bench.Subjects;

/// <summary>The command lines of the tools that we are measured against.</summary>
internal static class Peers
{
    /// <summary>bwrap with every namespace that it has and the root that our Strict makes: the same binds and links, proc, dev, tmpfs.</summary>
    public static IReadOnlyList<string> Bubblewrap(Workplace place)
    {
        var layout = RootLayout.Private(1000, 1000);
        List<string> command = [Find("bwrap"), "--unshare-all", "--new-session", "--die-with-parent", "--hostname", "sandbox"];
        foreach (var bind in layout.Binds.Where(b => !b.Device)) command.AddRange(["--ro-bind", bind.Path, bind.Path]);
        foreach (var (path, _) in HostRuntime.Current.Files) command.AddRange(["--ro-bind", path, path]); // which we copy
        foreach (var (path, target) in layout.Links.Where(l => !l.Path.StartsWith("/dev/", StringComparison.Ordinal))) command.AddRange(["--symlink", target, path]);
        command.AddRange(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--bind", place.Directory, place.Directory, "--chdir", place.Directory, "--clearenv"]);
        return command;
    }

    public static IReadOnlyList<string> Unshare() => [Find("unshare"), "-Urpmiun", "--fork"];

    private static string Find(string program) =>
        new[] { "/usr/bin", "/usr/local/bin", "/bin" }.Select(d => Path.Join(d, program)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{program} is not installed.");
}
