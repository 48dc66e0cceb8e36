using System.Text;

namespace Sandbox.Hardening;

/// <summary>What a private root holds: read from the host once, in the caller's process, before anything is launched.</summary>
internal sealed class RootLayout
{
    private const string HostsPath = "/etc/hosts", ResolverPath = "/etc/resolv.conf";
    private static readonly string[] Devices = ["null", "zero", "full", "random", "urandom"];

    /// <summary>The canonical directory of a root of the caller's choice.</summary>
    public string? RootDirectory { get; set; }

    public List<BindMount> Binds { get; } = [];

    /// <summary>Full paths to cover.</summary>
    public List<string> HiddenPaths { get; } = [];

    public List<(string Path, string Target)> Links { get; } = [];

    public List<(string Path, byte[] Content)> Files { get; } = [];

    /// <summary>Builds the private root's runtime part.</summary>
    public static RootLayout Private(int uid, int gid)
    {
        var layout = new RootLayout();
        var host = HostRuntime.Current;
        layout.Binds.AddRange(host.Binds);
        layout.Links.AddRange(host.Links);
        layout.Files.AddRange(host.Files);
        layout.AddDevices();
        layout.Links.AddRange([("/var/tmp", "/tmp"), ("/etc/mtab", "/proc/self/mounts"), ("/var/run", "/run")]);
        layout.Files.Add(("/etc/passwd", Encoding.ASCII.GetBytes($"root:x:0:0:root:/:/bin/sh\nsandbox:x:{uid}:{gid}:sandbox:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n")));
        layout.Files.Add(("/etc/group", Encoding.ASCII.GetBytes($"root:x:0:\nsandbox:x:{gid}:\nnogroup:x:65534:\n")));
        layout.Files.Add((HostsPath, Encoding.ASCII.GetBytes("127.0.0.1 localhost sandbox\n::1 localhost\n")));
        layout.Files.Add(("/etc/hostname", Encoding.ASCII.GetBytes("sandbox\n")));
        return layout;
    }

    /// <summary>Paths of files that say where names are asked for, and that somebody asked for.</summary>
    public HashSet<string> NameFiles { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds what the resolver reads. Of the host's own file nothing but the addresses: search domains tell where we are.</summary>
    public void AddNames(HardeningProfile profile)
    {
        if (profile.HostEntries.Count > 0)
        {
            var own = Files.Find(f => f.Path == HostsPath);
            Files.Remove(own);
            Files.Add((HostsPath, [.. own.Content, .. Encoding.UTF8.GetBytes(string.Join('\n', profile.HostEntries) + "\n")]));
            NameFiles.Add(HostsPath);
        }

        if (!Network.SandboxNetwork.Is(profile.Network) && profile.DnsServers.Count == 0) return;
        Files.Add((ResolverPath, Encoding.ASCII.GetBytes(string.Concat(Network.NameServers.For(profile).Select(s => $"nameserver {s}\n")))));
        NameFiles.Add(ResolverPath);
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
        Files.RemoveAll(f => IsAt(f.Path, path) || IsAt(f.Path, real));
        static bool IsAt(string candidate, string hidden) => candidate == hidden || BindMount.IsBelow(candidate, hidden);
    }

    /// <summary>Shows one more file, read-only: the program itself.</summary>
    public void Expose(string path) => Put(new("executable", path, Directory: false, Writable: false) { Owner = Owners.Count > 0 || LaunchIdentity.Current.IsRoot ? HostPath.Owner(path) : null });
}
