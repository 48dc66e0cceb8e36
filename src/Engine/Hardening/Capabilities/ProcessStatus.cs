using System.Globalization;

namespace Sandbox.Hardening;

/// <summary>What /proc/PID/status says about a process's identity and confinement (proc_pid_status(5)). Null where the kernel has no such line.</summary>
public sealed record ProcessStatus
{
    /// <summary>Real, effective, saved and file system user id.</summary>
    public required IReadOnlyList<uint> Uid { get; init; }

    /// <summary>The same for the group.</summary>
    public required IReadOnlyList<uint> Gid { get; init; }

    /// <summary>Supplementary groups.</summary>
    public required IReadOnlyList<uint> Groups { get; init; }

    /// <summary>Its pid in each pid namespace, from the reader's to its own.</summary>
    public required IReadOnlyList<int> NSpid { get; init; }

    /// <summary>no_new_privs.</summary>
    public bool? NoNewPrivs { get; init; }

    /// <summary>Seccomp mode: 0 none, 1 strict, 2 filter.</summary>
    public int? Seccomp { get; init; }

    /// <summary>How many filters are stacked.</summary>
    public int? SeccompFilters { get; init; }

    /// <summary>Inheritable capabilities.</summary>
    public required ulong CapInh { get; init; }

    /// <summary>Permitted capabilities.</summary>
    public required ulong CapPrm { get; init; }

    /// <summary>Effective capabilities.</summary>
    public required ulong CapEff { get; init; }

    /// <summary>The bounding set.</summary>
    public required ulong CapBnd { get; init; }

    /// <summary>Ambient capabilities.</summary>
    public required ulong CapAmb { get; init; }

    /// <summary>Of a process, as this process's namespaces see it.</summary>
    public static ProcessStatus Of(int pid) => Parse(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")));

    /// <summary>Parses the file's text.</summary>
    public static ProcessStatus Parse(string text)
    {
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            // The first line holds the command name, in which the kernel escapes newlines: a name can't forge a line.
            if (line.IndexOf(':') is > 0 and var colon)
                lines.TryAdd(line[..colon], line[(colon + 1)..].Trim());
        }

        return new ProcessStatus
        {
            Uid = List<uint>("Uid"), Gid = List<uint>("Gid"), Groups = List<uint>("Groups"), NSpid = lines.ContainsKey("NSpid") ? List<int>("NSpid") : [],
            NoNewPrivs = Number("NoNewPrivs") is { } n ? n != 0 : null, Seccomp = Number("Seccomp"), SeccompFilters = Number("Seccomp_filters"),
            CapInh = Set("CapInh"), CapPrm = Set("CapPrm"), CapEff = Set("CapEff"), CapBnd = Set("CapBnd"), CapAmb = Set("CapAmb"),
        };

        string Line(string name) => lines.TryGetValue(name, out string? value) ? value : throw Bad(name, "is missing");

        IReadOnlyList<T> List<T>(string name) where T : struct, IParsable<T> => [.. Line(name).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(f => T.TryParse(f, CultureInfo.InvariantCulture, out T v) ? v : throw Bad(name, $"holds '{f}'"))];

        int? Number(string name) => !lines.TryGetValue(name, out string? value) ? null
            : int.TryParse(value, CultureInfo.InvariantCulture, out int n) ? n : throw Bad(name, $"holds '{value}'");

        ulong Set(string name) => ulong.TryParse(Line(name), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong v) ? v : throw Bad(name, $"holds '{lines[name]}'");
    }

    private static SandboxException Bad(string name, string what) =>
        new("ProcessStatus,BAD_LINE", SandboxErrorKind.ParserError, $"/proc/PID/status, {name}: {what}");
}
