using System.Collections.Frozen;

namespace Sandbox.Seccomp;

/// <summary>The groups of calls of systemd.exec(5).</summary>
internal static class SystemdGroups
{
    private static readonly Lazy<FrozenDictionary<string, IReadOnlyList<string>>> Groups = new(Load);

    public static IReadOnlyCollection<string> Names => Groups.Value.Keys;

    /// <summary>The calls of a group, those of groups in it too, or null where there is no such group.</summary>
    public static IReadOnlyList<string>? Find(string name) => Groups.Value.GetValueOrDefault(name);

    private static FrozenDictionary<string, IReadOnlyList<string>> Load()
    {
        var members = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        string? group = null;
        foreach (string line in SeccompResources.ReadLines("SystemdGroups.txt"))
        {
            if (line.StartsWith('@')) members.Add(group = line.Trim(), []);
            else if (!line.StartsWith('#') && group is not null) members[group].AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        members.Add("@known", [.. SyscallTable.AllNames]);
        IEnumerable<string> Expand(string name) => members[name].SelectMany(member => member.StartsWith('@') ? Expand(member) : [member]);
        // As systemd does with a name of its groups that no table has.
        static bool IsKnown(string name) => SyscallTable.AllNames.Contains(name) || SyscallTable.ForeignNames.Contains(name);
        return members.Keys.ToFrozenDictionary(name => name, name => (IReadOnlyList<string>)[.. Expand(name).Where(IsKnown).Distinct().Order(StringComparer.Ordinal)], StringComparer.Ordinal);
    }
}
