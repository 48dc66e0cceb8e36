using System.Collections;

namespace Sandbox.Hardening;

/// <summary>The target's environment, and the names of what was kept from it.</summary>
internal sealed record TargetEnvironment(IReadOnlyDictionary<string, string> Variables, IReadOnlyList<string> Removed)
{
    /// <summary>Where a clean environment looks for programs.</summary>
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public string SearchPath => Variables.TryGetValue("PATH", out var path) ? path : DefaultPath;

    public static TargetEnvironment Build(HardeningProfile profile, IReadOnlyDictionary<string, string?> changes)
    {
        var caller = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal);
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var hidden = profile.Root != RootMode.Host;
        if (profile.CleanEnvironment)
        {
            variables["PATH"] = DefaultPath;
            variables["HOME"] = hidden ? "/tmp" : caller.GetValueOrDefault("HOME", "/");
            variables["USER"] = variables["LOGNAME"] = hidden ? "sandbox" : caller.GetValueOrDefault("USER", "root");
            if (hidden) variables["TMPDIR"] = "/tmp";
        }

        foreach (var (name, value) in caller)
        {
            if (!profile.CleanEnvironment || profile.KeepEnvironment.Any(k => Matches(k, name))) variables.TryAdd(name, value);
        }

        foreach (var (name, value) in changes)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal)) throw new SandboxException("Environment,EINVAL", SandboxErrorKind.InvalidArgument, $"-Environment: '{name}' can't be the name of a variable.");
            if (value is null) variables.Remove(name);
            else variables[name] = value;
        }

        return new(variables, [.. caller.Keys.Where(n => !variables.ContainsKey(n)).Order(StringComparer.Ordinal)]);
    }

    private static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == name;
}
