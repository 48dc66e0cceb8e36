using System.Collections.Frozen;

namespace Sandbox.Hardening;

/// <summary>The 16 resources of getrlimit(2), in the order in which they are applied.</summary>
public static class ResourceLimitTable
{
    // Address space, data and stack come last: what lies between them and exec must not need memory.
    // nproc comes before them and after the descriptors: it can refuse only fork(2), which is over by then.
    private static readonly ResourceLimit[] Table =
    [
        new("core", 4, "bytes", "size of a core dump"),
        new("cpu", 0, "seconds", "processor time of one process"),
        new("fsize", 1, "bytes", "size of a file that it writes"),
        new("locks", 10, "locks", "file locks (not enforced since Linux 2.4.25)"),
        new("memlock", 8, "bytes", "memory locked into RAM"),
        new("msgqueue", 12, "bytes", "POSIX message queues of the user"),
        new("nice", 13, "priority", "ceiling of the nice value, as 20 minus it"),
        new("rtprio", 14, "priority", "ceiling of the real-time priority"),
        new("rttime", 15, "microseconds", "real-time processor time without a blocking call"),
        new("sigpending", 11, "signals", "queued signals of the user"),
        new("rss", 5, "bytes", "resident memory (not enforced since Linux 2.4.30)"),
        new("nofile", 7, "descriptors", "one more than the highest descriptor"),
        new("nproc", 6, "processes", "processes and threads of the user"),
        new("stack", 3, "bytes", "stack of the first thread"),
        new("data", 2, "bytes", "data segment, heap and private writable mappings"),
        new("as", 9, "bytes", "address space of one process"),
    ];

    private static readonly FrozenDictionary<string, ResourceLimit> ByName = Table.ToFrozenDictionary(l => l.Name, StringComparer.Ordinal);

    /// <summary>All of them, in the order of application.</summary>
    public static IReadOnlyList<ResourceLimit> All => Table;

    /// <summary>The resource of a name.</summary>
    public static bool TryGet(string name, out ResourceLimit limit) => ByName.TryGetValue(name, out limit!);

    /// <summary>The limits of a profile with their values, in the order of application.</summary>
    public static IReadOnlyList<(ResourceLimit Limit, ulong Value)> Evaluate(HardeningProfile profile)
    {
        foreach (string name in profile.ResourceLimits.Keys.Where(n => !ByName.ContainsKey(n)))
            throw new SandboxException("ResourceLimit,UNKNOWN_NAME", SandboxErrorKind.InvalidArgument,
                $"resource limit '{name}' is not known.{NameSuggestion.For(name, ByName.Keys)}", "Use a name of getrlimit(2) in lower case: " + string.Join(", ", ByName.Keys.Order()) + ".");
        return [.. Table.Where(l => profile.ResourceLimits.ContainsKey(l.Name))
            .Select(l => (l, LimitExpression.Parse(profile.ResourceLimits[l.Name]).Evaluate(profile.Timeout, profile.MemoryLimit)))];
    }
}
