using System.Collections.Concurrent;

namespace Sandbox.Seccomp;

/// <summary>The policies that come with the module: <c>module/policies/*.json</c>, built into the assembly too.</summary>
public static class BuiltInPolicies
{
    private static readonly ConcurrentDictionary<(string, SeccompArchitecture), SeccompPolicy> Loaded = new();

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. typeof(BuiltInPolicies).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("Sandbox.Seccomp.Policies.", StringComparison.Ordinal))
        .Select(name => name["Sandbox.Seccomp.Policies.".Length..^".json".Length]).Order(StringComparer.Ordinal)];

    /// <summary>The policy of a name (in any case), for an architecture; the one of this machine if null.</summary>
    public static SeccompPolicy Get(string name, SeccompArchitecture? architecture = null) =>
        Loaded.GetOrAdd((Known(name), architecture ?? SeccompArchitectures.Native), key => Read(key.Item1, new() { Architecture = key.Item2 }));

    /// <summary>The policy of a name, its conditions resolved against a context.</summary>
    public static SeccompPolicy Get(string name, SeccompImportContext context) => Read(Known(name), context);

    private static string Known(string name)
    {
        string? known = Names.FirstOrDefault(candidate => candidate.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (known is not null) return known;
        string? near = NearestName.Find(name, Names);
        throw new SandboxException("SeccompPolicy,UNKNOWN_POLICY", SandboxErrorKind.ObjectNotFound,
            $"There is no built-in policy '{name}'.{(near is null ? "" : $" Did you mean '{near}'?")}", "The built-in policies are: " + string.Join(", ", Names));
    }

    private static SeccompPolicy Read(string name, SeccompImportContext context) =>
        OciReader.Read(SeccompResources.ReadText($"Policies.{name}.json"), $"policies/{name}.json", context);
}
