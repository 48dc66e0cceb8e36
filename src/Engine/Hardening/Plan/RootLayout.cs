namespace Sandbox.Hardening;

/// <summary>What a private root holds: read from the host once, in the caller's process, before anything is launched.</summary>
internal sealed class RootLayout
{
    private static readonly string[] Runtime = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix"];

    // What programs read to start, resolve names, verify certificates and tell the time. Nothing with accounts, keys or host names.
    private static readonly string[] Configuration =
    [
        "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ld.so.preload", "alternatives", "ssl", "ca-certificates", "pki", "crypto-policies", "nsswitch.conf",
        "host.conf", "gai.conf", "protocols", "services", "localtime", "timezone", "locale.alias", "locale.conf", "default/locale", "mime.types",
        "magic", "terminfo", "inputrc", "profile", "bash.bashrc", "fonts", "java-17-openjdk", "java-21-openjdk", "python3", "python3.11", "python3.12",
        "python3.13", "perl", "dotnet", "openssl", "gitconfig", "node", "npmrc", "os-release", "debian_version", "redhat-release",
    ];

    private static readonly string[] Devices = ["null", "zero", "full", "random", "urandom"];

    /// <summary>The canonical directory of a root of the caller's choice.</summary>
    public string? RootDirectory { get; set; }

    public List<BindMount> Binds { get; } = [];

    /// <summary>Full paths to cover.</summary>
    public List<string> HiddenPaths { get; } = [];

    public List<(string Path, string Target)> Links { get; } = [];

    public List<(string Path, string Content)> Files { get; } = [];

    /// <summary>Builds the private root's runtime part.</summary>
    public static RootLayout Private(int uid, int gid)
    {
        var layout = new RootLayout();
        foreach (var path in Runtime)
        {
            var info = new DirectoryInfo(path);
            if (info.LinkTarget is { } target) layout.Links.Add((path, target));
            else if (info.Exists) layout.Binds.Add(new("root_filesystem", path, Directory: true, Writable: false));
        }

        foreach (var name in Configuration) layout.AddConfiguration("/etc/" + name);
        layout.AddDevices();
        layout.Links.AddRange([("/var/tmp", "/tmp"), ("/etc/mtab", "/proc/self/mounts"), ("/var/run", "/run")]);
        layout.Files.Add(("/etc/passwd", $"root:x:0:0:root:/:/bin/sh\nsandbox:x:{uid}:{gid}:sandbox:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"));
        layout.Files.Add(("/etc/group", $"root:x:0:\nsandbox:x:{gid}:\nnogroup:x:65534:\n"));
        layout.Files.Add(("/etc/hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n"));
        layout.Files.Add(("/etc/hostname", "sandbox\n"));
        return layout;
    }

    /// <summary>The owners whose files come in by idmapped mounts.</summary>
    public IReadOnlyList<(int Uid, int Gid)> Owners => [.. Binds.Where(b => b.Owner is not null).Select(b => b.Owner!.Value).Distinct()];

    /// <summary>Paths at which the target sees the host's files.</summary>
    public IEnumerable<string> VisiblePaths => Binds.Where(b => b.Path != RootDirectory).Select(b => b.Path).Concat(Links.Where(l => !l.Target.StartsWith('/')).Select(l => l.Path));

    /// <summary>A minimal /dev.</summary>
    public void AddDevices()
    {
        foreach (var name in Devices) Binds.Add(new("dev", "/dev/" + name, Directory: false, Writable: true) { Device = true });
        Links.AddRange([("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"), ("/dev/stdout", "/proc/self/fd/1"), ("/dev/stderr", "/proc/self/fd/2"), ("/dev/ptmx", "pts/ptmx")]);
    }

    /// <summary>Adds a bind; a later one for the same path replaces the earlier.</summary>
    public void Put(BindMount bind)
    {
        Binds.RemoveAll(b => b.Path == bind.Path);
        Binds.Add(bind);
    }

    /// <summary>
    /// Hides a path by all of its names: where links lead to it, what they lead to is covered, and links and files of our own making
    /// are not made.
    /// </summary>
    public void Hide(string path)
    {
        var real = File.Exists(path) || Directory.Exists(path) ? HostPath.Real(path) : path;
        if (!HiddenPaths.Contains(real)) HiddenPaths.Add(real);
        Links.RemoveAll(l => IsAt(l.Path, path));
        Files.RemoveAll(f => IsAt(f.Path, path));
        static bool IsAt(string candidate, string hidden) => candidate == hidden || new BindMount("", candidate, false, false).IsBelow(hidden);
    }

    /// <summary>Shows one more file, read-only: the program itself.</summary>
    public void Expose(string path) => Put(new("executable", path, Directory: false, Writable: false) { Owner = Owners.Count > 0 || LaunchIdentity.Current.IsRoot ? HostPath.Owner(path) : null });

    private void AddConfiguration(string path)
    {
        var link = new FileInfo(path).LinkTarget;
        // A link into what is visible anyway stays a link; any other is followed once, here.
        if (link is not null && Path.GetFullPath(link, "/etc").StartsWith("/usr/", StringComparison.Ordinal)) Links.Add((path, link));
        else if (Directory.Exists(path)) Binds.Add(new("root_filesystem", path, Directory: true, Writable: false));
        else if (File.Exists(path)) Binds.Add(new("root_filesystem", path, Directory: false, Writable: false));
    }
}
