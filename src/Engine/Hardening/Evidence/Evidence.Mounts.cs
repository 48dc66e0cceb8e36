namespace Sandbox.Hardening;

/// <summary>The part that reads the target's mountinfo (proc_pid_mountinfo(5)).</summary>
internal sealed partial class Evidence
{
    private IReadOnlyList<MountInfo>? _mounts;

    public Finding PrivateRoot()
    {
        if (Mounts().LastOrDefault(m => m.MountPoint == "/") is not { } root) return new(false, "no root mount");
        var shared = Mounts().FirstOrDefault(m => m.Propagation.Any(p => p.StartsWith("shared:", StringComparison.Ordinal)));
        if (shared is not null) return new(false, $"{shared.MountPoint} propagates mounts to others");
        var own = context.Profile.Root == RootMode.Directory ? root.Root != "/" || root.FileSystemType != "tmpfs" : root.FileSystemType == "tmpfs";
        return new(own && root.Options.Contains("ro"), $"/ {Text(root)}, {Mounts().Count} mounts");
    }

    public Finding OwnProc()
    {
        var proc = At("/proc");
        // Its own: our pid is no process there, and the reaper is number 1.
        return new(proc is { FileSystemType: "proc" } && proc.Options.Contains("nosuid") && proc.Options.Contains("nodev") && proc.Options.Contains("noexec"), proc is null ? "not mounted" : Text(proc));
    }

    public Finding Temporary(string path)
    {
        var mount = At(path);
        return new(mount is { FileSystemType: "tmpfs" } && mount.Options.Contains("nosuid") && mount.Options.Contains("nodev"), mount is null ? $"{path} is not mounted" : $"{path} {Text(mount)}, {string.Join(',', mount.SuperOptions.Where(o => o.StartsWith("size", StringComparison.Ordinal)))}");
    }

    public Finding Mounted(BindMount bind)
    {
        var point = bind.Path == context.Profile.RootDirectory && context.Profile.Root == RootMode.Directory ? "/" : bind.Path;
        if (At(point) is not { } mount) return new(false, $"{bind.Path} is not mounted");
        if (mount.Options.Contains("ro") == bind.Writable && bind is { Device: false, Writable: false }) return new(false, $"{bind.Path} is writable");
        if (!mount.Options.Contains("nosuid") || (!bind.Device && !mount.Options.Contains("nodev"))) return new(false, $"{bind.Path} {Text(mount)}");
        if (bind.Owner is not null && !mount.Options.Contains("idmapped")) return new(false, $"{bind.Path} is not idmapped");
        return new(true, $"{bind.Path} {Text(mount)}");
    }

    public Finding Hidden(string path)
    {
        if (At(path) is { } mount) return new(mount is { FileSystemType: "tmpfs" } or { FileSystemType: "devtmpfs" }, $"{path} {Text(mount)}");
        var visible = context.Profile.Root == RootMode.Host || (context.Profile.Root == RootMode.Directory && Path.Exists($"/proc/{pid}/root{path}")) || Mounts().Any(m => m.MountPoint != "/" && new BindMount("", path, false, false).IsBelow(m.MountPoint) && m.FileSystemType is not "tmpfs");
        return new(!visible, visible ? $"{path} is visible" : $"{path} is not part of the private root");
    }

    private MountInfo? At(string point) => Mounts().LastOrDefault(m => m.MountPoint == point);

    private IReadOnlyList<MountInfo> Mounts() => _mounts ??= MountInfo.Parse(Read("mountinfo"));

    private static string Text(MountInfo mount) => $"{mount.FileSystemType} {string.Join(',', mount.Options)}";
}
