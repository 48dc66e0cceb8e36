using System.Collections.Frozen;

namespace Sandbox.Seccomp;

/// <summary>
/// The named sets that a policy can use in place of names. The data is <c>Sets.txt</c>: a line <c>@name: description</c>, then
/// indented names and other sets.
/// </summary>
public static class SeccompSets
{
    private static readonly Lazy<FrozenDictionary<string, SeccompSet>> Sets = new(Load);

    /// <summary>All sets, by name.</summary>
    public static IReadOnlyList<SeccompSet> All => [.. Sets.Value.Values.OrderBy(set => set.Name, StringComparer.Ordinal)];

    /// <summary>The set of a name such as <c>@file-system</c>.</summary>
    public static SeccompSet Get(string name) => Sets.Value.GetValueOrDefault(name) ?? throw Unknown(name);

    /// <summary>The calls of a set, or the name itself where it is no set.</summary>
    public static IReadOnlyList<string> Expand(string name) => name.StartsWith('@') ? Get(name).Syscalls : [name];

    /// <summary>The names with every set replaced by its calls, each once.</summary>
    public static IEnumerable<string> Expand(IEnumerable<string> names) => names.SelectMany(Expand).Distinct(StringComparer.Ordinal);

    private static SandboxException Unknown(string name)
    {
        string? near = NearestName.Find(name, Sets.Value.Keys);
        return new("SeccompPolicy,UNKNOWN_SET", SandboxErrorKind.ObjectNotFound,
            $"There is no set '{name}'.{(near is null ? "" : $" Did you mean '{near}'?")}", "The sets are: " + string.Join(' ', Sets.Value.Keys.Order(StringComparer.Ordinal)));
    }

    private static FrozenDictionary<string, SeccompSet> Load()
    {
        var sets = new Dictionary<string, (string Description, List<string> Members)>(StringComparer.Ordinal);
        List<string>? members = null;
        foreach (string line in SeccompResources.ReadLines("Sets.txt"))
        {
            if (line.StartsWith('@'))
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                members = [];
                sets.Add(line[..colon], (line[(colon + 1)..].Trim(), members));
            }
            else if (!line.StartsWith('#'))
            {
                members?.AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
        }

        IEnumerable<string> Members(string name) => sets[name].Members.SelectMany(member => member.StartsWith('@') ? Members(member) : [member]);
        return sets.ToFrozenDictionary(set => set.Key,
            set => new SeccompSet(set.Key, set.Value.Description, ValueList<string>.Of(Members(set.Key).Distinct().Order(StringComparer.Ordinal))), StringComparer.Ordinal);
    }
}
