using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>What this machine says about itself. It never decides whether something is supported, only which remedy fits.</summary>
internal sealed class HostState
{
    private static readonly string[] Sbin = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <summary>The directory in which the caller is.</summary>
    public required string CurrentDirectory { get; init; }

    /// <summary>Files are read below it; tests put another machine there.</summary>
    public string Root { get; init; } = "";

    /// <summary>Where programs are looked for first.</summary>
    public string SearchPath { get; init; } = Environment.GetEnvironmentVariable("PATH") ?? "";

    public bool IsRoot { get; } = (uint)LibC.geteuid() == 0;

    /// <summary>Such as 6.18.5.</summary>
    public string Kernel => Read("/proc/sys/kernel/osrelease") ?? "unknown";

    /// <summary>A setting of sysctl(8) by its dotted name; null where this kernel doesn't have it.</summary>
    public string? Sysctl(string name) => Read("/proc/sys/" + name.Replace('.', '/'));

    /// <summary>A field of this process's proc_pid_status(5).</summary>
    public string? Status(string field) =>
        Read("/proc/self/status")?.Split('\n').FirstOrDefault(l => l.StartsWith(field + ":", StringComparison.Ordinal))?[(field.Length + 1)..].Trim();

    public bool HasCapability(string name) =>
        Status("CapEff") is { } mask && (ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> Capability.Parse(name) & 1) != 0;

    /// <summary>Whether a filter, such as a container's, is in force on this process.</summary>
    public bool IsFiltered => Status("Seccomp") == "2";

    /// <summary>"Needs Linux X; this is Y."</summary>
    public string NeedsKernel(string version) => $"This needs Linux {version}; this machine runs {Kernel}. Use a newer kernel.";

    /// <summary>What to say about a refusal for which the machine's settings show no reason.</summary>
    public string Privilege(string capability) =>
        !HasCapability(capability) ? $"Run as root, or grant {capability}."
        : IsFiltered ? "This process has the capability but runs under a seccomp filter, as in a container: allow the call in the container's seccomp profile."
        : "This process has the capability; a security module (LSM) or a user namespace of the container refuses it. Run outside of the container.";

    /// <summary>The program's path, in PATH or where administrators' programs are.</summary>
    public string? FindProgram(string name) =>
        SearchPath.Split(':').Concat(Sbin)
            .Where(Path.IsPathRooted).Select(d => Path.Join(d, name)).FirstOrDefault(File.Exists);

    /// <summary>The command of this distribution that installs a package; the names are those of Debian, Fedora, Alpine, Arch, SUSE.</summary>
    public string Install(string debian, string? fedora = null, string? alpine = null, string? arch = null, string? suse = null)
    {
        foreach (var (tool, command, package) in new[]
        {
            ("apt-get", "apt-get install", debian), ("dnf", "dnf install", fedora ?? debian), ("apk", "apk add", alpine ?? debian),
            ("pacman", "pacman -S", arch ?? debian), ("zypper", "zypper install", suse ?? debian),
        })
        {
            if (FindProgram(tool) is not null) return $"Install it: {command} {package}";
        }

        return $"Install the package {debian}.";
    }

    /// <summary>The text of a file without its last line end; null where it can't be read.</summary>
    public string? Read(string path)
    {
        try
        {
            return File.ReadAllText(Root + path).TrimEnd('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
