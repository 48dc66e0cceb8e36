using System.Text.RegularExpressions;

namespace Sandbox.Hardening;

/// <summary>The part that reads the target's mountinfo (proc_pid_mountinfo(5)).</summary>
internal sealed partial class Evidence
{
    private IReadOnlyList<Mount>? _mounts;

    /// <summary>One line of mountinfo.</summary>
    private sealed record Mount(string Root, string Point, string[] Options, string Propagation, string Type, string[] SuperOptions)
    {
        public bool Has(string option) => Options.Contains(option);

        public override string ToString() => $"{Type} {string.Join(',', Options)}";
    }

    public Finding PrivateRoot()
    {
        if (Mounts().LastOrDefault(m => m.Point == "/") is not { } root) return new(false, "no root mount");
        var shared = Mounts().FirstOrDefault(m => m.Propagation.Contains("shared", StringComparison.Ordinal));
        if (shared is not null) return new(false, $"{shared.Point} propagates mounts to others");
        var own = context.Profile.Root == RootMode.Directory ? root.Root != "/" || root.Type != "tmpfs" : root.Type == "tmpfs";
        return new(own && root.Has("ro"), $"/ {root}, {Mounts().Count} mounts");
    }

    public Finding OwnProc()
    {
        var proc = At("/proc");
        // Its own: our pid is no process there, and the reaper is number 1.
        return new(proc is { Type: "proc" } && proc.Has("nosuid") && proc.Has("nodev") && proc.Has("noexec"), proc is null ? "not mounted" : proc.ToString());
    }

    public Finding Temporary(string path)
    {
        var mount = At(path);
        return new(mount is { Type: "tmpfs" } && mount.Has("nosuid") && mount.Has("nodev"), mount is null ? $"{path} is not mounted" : $"{path} {mount}, {string.Join(',', mount.SuperOptions.Where(o => o.StartsWith("size", StringComparison.Ordinal)))}");
    }

    public Finding Mounted(BindMount bind)
    {
        var point = bind.Path == context.Profile.RootDirectory && context.Profile.Root == RootMode.Directory ? "/" : bind.Path;
        if (At(point) is not { } mount) return new(false, $"{bind.Path} is not mounted");
        if (mount.Has("ro") == bind.Writable && bind is { Device: false, Writable: false }) return new(false, $"{bind.Path} is writable");
        if (!mount.Has("nosuid") || (!bind.Device && !mount.Has("nodev"))) return new(false, $"{bind.Path} {mount}");
        if (bind.Owner is not null && !mount.Has("idmapped")) return new(false, $"{bind.Path} is not idmapped");
        return new(true, $"{bind.Path} {mount}");
    }

    public Finding Hidden(string path)
    {
        if (At(path) is { } mount) return new(mount is { Type: "tmpfs" } or { Type: "devtmpfs" }, $"{path} {mount}");
        var visible = context.Profile.Root == RootMode.Host || Mounts().Any(m => m.Point != "/" && new BindMount("", path, false, false).IsBelow(m.Point) && m.Type is not "tmpfs");
        return new(!visible, visible ? $"{path} is visible" : $"{path} is not part of the private root");
    }

    private Mount? At(string point) => Mounts().LastOrDefault(m => m.Point == point);

    private IReadOnlyList<Mount> Mounts() => _mounts ??= [.. Read("mountinfo").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    private static Mount Parse(string line)
    {
        var fields = line.Split(' ');
        var separator = Array.IndexOf(fields, "-");
        return new(Unescape(fields[3]), Unescape(fields[4]), fields[5].Split(','), string.Join(' ', fields[6..separator]), fields[separator + 1], fields[^1].Split(','));
    }

    // Space, tab, newline and backslash are octal there.
    private static string Unescape(string text) =>
        !text.Contains('\\', StringComparison.Ordinal) ? text : OctalEscape().Replace(text, m => ((char)Convert.ToInt32(m.Groups[1].Value, 8)).ToString());

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex OctalEscape();
}
