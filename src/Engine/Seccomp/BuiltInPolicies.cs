using System.Collections.Concurrent;

namespace Sandbox.Seccomp;

/// <summary>The policies that come with the module: <c>module/policies/*.json</c>, built into the assembly too.</summary>
public static class BuiltInPolicies
{
    private static readonly ConcurrentDictionary<string, SeccompPolicy> Loaded = new(StringComparer.Ordinal);

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. typeof(BuiltInPolicies).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("Sandbox.Seccomp.Policies.", StringComparison.Ordinal))
        .Select(name => name["Sandbox.Seccomp.Policies.".Length..^".json".Length]).Order(StringComparer.Ordinal)];

    /// <summary>The policy of a name (in any case), for the architecture of this machine.</summary>
    public static SeccompPolicy Get(string name)
    {
        string? known = Names.FirstOrDefault(candidate => candidate.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (known is not null) return Loaded.GetOrAdd(known, key => OciReader.Read(SeccompResources.ReadText($"Policies.{key}.json"), $"policies/{key}.json"));
        string? near = NearestName.Find(name, Names);
        throw new SandboxException("SeccompPolicy,UNKNOWN_POLICY", SandboxErrorKind.ObjectNotFound,
            $"There is no built-in policy '{name}'.{(near is null ? "" : $" Did you mean '{near}'?")}", "The built-in policies are: " + string.Join(", ", Names));
    }
}
