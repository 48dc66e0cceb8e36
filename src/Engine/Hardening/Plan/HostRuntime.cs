using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>
/// What of the host every private root shows, looked up once and again when something of it has changed. Small files that everybody
/// may read are copied into the root's own tmpfs: a copy takes a third of the calls that a bind takes, and no mount.
/// </summary>
internal sealed class HostRuntime
{
    private const int MostCopied = 65536;

    private static readonly string[] Runtime = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix"];

    // What programs read to start, resolve names, verify certificates and tell the time. Nothing with accounts, keys or host names.
    private static readonly string[] Configuration =
    [
        "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ld.so.preload", "alternatives", "ssl", "ca-certificates", "pki", "crypto-policies", "nsswitch.conf",
        "host.conf", "gai.conf", "protocols", "services", "localtime", "timezone", "locale.alias", "locale.conf", "default/locale", "mime.types",
        "magic", "terminfo", "inputrc", "profile", "bash.bashrc", "fonts", "java-17-openjdk", "java-21-openjdk", "python3", "python3.11", "python3.12",
        "python3.13", "perl", "dotnet", "openssl", "gitconfig", "node", "npmrc", "os-release", "debian_version", "redhat-release",
    ];

    private static HostRuntime? _known;
    private readonly List<(byte[] Path, FileStamp Stamp)> _watched = [];

    private HostRuntime()
    {
        // Entries that come, go or become links change their directory.
        foreach (var directory in new[] { "/", "/etc", "/etc/default" }) Watch(directory);
        foreach (var path in Runtime)
        {
            var info = new DirectoryInfo(path);
            if (info.LinkTarget is { } target) Links.Add((path, target));
            else if (info.Exists) Binds.Add(new("root_filesystem", path, Directory: true, Writable: false));
        }

        foreach (var name in Configuration) AddConfiguration("/etc/" + name);
    }

    public List<BindMount> Binds { get; } = [];

    public List<(string Path, string Target)> Links { get; } = [];

    public List<(string Path, byte[] Content)> Files { get; } = [];

    /// <summary>The host as it is now.</summary>
    public static HostRuntime Current
    {
        get
        {
            if (Volatile.Read(ref _known) is { } known && known._watched.TrueForAll(w => FileStamp.Of(w.Path) == w.Stamp)) return known;
            var now = new HostRuntime();
            Volatile.Write(ref _known, now._watched.Exists(w => w.Stamp.IsFresh) ? null : now);
            return now;
        }
    }

    private void AddConfiguration(string path)
    {
        var link = new FileInfo(path).LinkTarget;
        // A link into what is visible anyway stays a link; any other is followed once, here.
        if (link is not null && Path.GetFullPath(link, "/etc").StartsWith("/usr/", StringComparison.Ordinal)) Links.Add((path, link));
        else if (Directory.Exists(path)) Binds.Add(new("root_filesystem", path, Directory: true, Writable: false));
        else if (File.Exists(path) && !TryCopy(path)) Binds.Add(new("root_filesystem", path, Directory: false, Writable: false));
    }

    // The stamp is taken before the content: a change in between is found at the next launch.
    private bool TryCopy(string path)
    {
        var file = new FileInfo(path);
        if (file.Length > MostCopied || (File.GetUnixFileMode(path) & UnixFileMode.OtherRead) == 0) return false;
        Watch(path);
        try
        {
            Files.Add((path, File.ReadAllBytes(path)));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // gone, or refused by more than its mode: the launch itself tells
        }
    }

    private void Watch(string path) => _watched.Add((Utf8.Terminated(path), FileStamp.Of(path)));
}
