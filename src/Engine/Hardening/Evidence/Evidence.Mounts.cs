namespace Sandbox.Hardening;

/// <summary>The part that reads the target's mountinfo (proc_pid_mountinfo(5)).</summary>
internal sealed partial class Evidence
{
    private IReadOnlyList<MountInfo>? _mounts;
    private Dictionary<string, MountInfo>? _byPoint;

    public Finding PrivateRoot()
    {
        if (At("/") is not { } root) return new(false, "no root mount");
        var shared = Mounts().FirstOrDefault(m => m.Propagation.Any(p => p.StartsWith("shared:", StringComparison.Ordinal)));
        if (shared is not null) return new(false, $"{shared.MountPoint} propagates mounts to others");
        var own = context.Profile.Root == RootMode.Directory ? root.Root != "/" || root.FileSystemType != "tmpfs" : root.FileSystemType == "tmpfs";
        return new(own && root.Options.Contains("ro"), $"/ {Text(root)}, {Mounts().Count} mounts");
    }

    public Finding OwnProc()
    {
        if (At("/proc") is not { FileSystemType: "proc" } proc) return new(false, "not mounted");
        if (!proc.Options.Contains("nosuid") || !proc.Options.Contains("nodev") || !proc.Options.Contains("noexec")) return new(false, Text(proc));
        // Of its own pid namespace: there the target is the process whose number it has inside (proc_pid_stat(5), start time).
        var inside = Status().NSpid[^1];
        var own = inside != pid && StartTime(File.ReadAllText($"/proc/{pid}/root/proc/{inside}/stat")) == StartTime(Read("stat"));
        return new(own, own ? $"{Text(proc)}, the target is {inside}" : "of another pid namespace");
    }

    public Finding Terminals() => At("/dev/pts") is { FileSystemType: "devpts" } mount && mount.Options.Contains("nosuid") && mount.Options.Contains("noexec")
        ? new(true, $"/dev/pts {Text(mount)}")
        : new(false, "/dev/pts is not its own");

    public Finding Temporary(string path)
    {
        var mount = At(path);
        return new(mount is { FileSystemType: "tmpfs" } && mount.Options.Contains("nosuid") && mount.Options.Contains("nodev"), mount is null ? $"{path} is not mounted" : $"{path} {Text(mount)}, {string.Join(',', mount.SuperOptions.Where(o => o.StartsWith("size", StringComparison.Ordinal)))}");
    }

    public Finding Mounted(BindMount bind)
    {
        var point = bind.Path == context.Profile.RootDirectory && context.Profile.Root == RootMode.Directory ? "/" : bind.Path;
        if (At(point) is not { } mount) return new(false, $"{bind.Path} is not mounted");
        var readOnly = mount.IsReadOnly || mount.SuperOptions.Contains("ro");
        if (!bind.Device && readOnly == bind.Writable) return new(false, $"{bind.Path} is {(readOnly ? "read-only" : "writable")}");
        if (!mount.Options.Contains("nosuid") || (!bind.Device && !mount.Options.Contains("nodev"))) return new(false, $"{bind.Path} {Text(mount)}");
        if (bind.Owner is not null && !mount.Options.Contains("idmapped")) return new(false, $"{bind.Path} is not idmapped");
        return new(true, $"{bind.Path} {Text(mount)}");
    }

    public Finding Hidden(string path)
    {
        if (At(path) is { } mount) return new(mount is { FileSystemType: "tmpfs" } or { FileSystemType: "devtmpfs" }, $"{path} {Text(mount)}");
        var visible = context.Profile.Root == RootMode.Host || (context.Profile.Root == RootMode.Directory && Path.Exists($"/proc/{pid}/root{path}")) || Mounts().Any(m => m.MountPoint != "/" && BindMount.IsBelow(path, m.MountPoint) && m.FileSystemType is not "tmpfs");
        return new(!visible, visible ? $"{path} is visible" : $"{path} is not part of the private root");
    }

    // Of two mounts at one place the later covers the earlier.
    private MountInfo? At(string point)
    {
        if (_byPoint is null)
        {
            _byPoint = new(StringComparer.Ordinal);
            foreach (var mount in Mounts()) _byPoint[mount.MountPoint] = mount;
        }

        return _byPoint.GetValueOrDefault(point);
    }

    private IReadOnlyList<MountInfo> Mounts() => _mounts ??= MountInfo.Parse(Read("mountinfo"));

    private static string StartTime(string stat) => Fields(stat[(stat.LastIndexOf(')') + 1)..])[19];

    private static string Text(MountInfo mount) => $"{mount.FileSystemType} {string.Join(',', mount.Options)}";
}
