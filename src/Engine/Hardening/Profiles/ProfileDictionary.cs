using System.Collections;

namespace Sandbox.Hardening;

/// <summary>Hashtable to document tree; the place of a value is its key path.</summary>
internal static class ProfileDictionary
{
    private const int MaxDepth = 8;

    public static ProfileNode Convert(object? value, string source, string path, int depth = 0)
    {
        ProfileNode node = new(source, path, 0, null);
        if (depth > MaxDepth)
            throw node.Error("SYNTAX", $"nested more than {MaxDepth} deep");
        return node with
        {
            Value = value switch
            {
                null => null,
                bool or long or double or string => value,
                Enum e => Enum.GetName(e.GetType(), e) ?? e.ToString(),
                char c => c.ToString(),
                byte or sbyte or short or ushort or int or uint => System.Convert.ToInt64(value, null),
                ulong u => u <= long.MaxValue ? (long)u : throw node.Error("OUT_OF_RANGE", "the number is too large"),
                float f => (double)f,
                decimal d => (double)d,
                TimeSpan t => t.TotalSeconds,
                IDictionary d => Members(d, source, path, depth),
                IEnumerable e => e.Cast<object?>().Select((x, i) => Convert(x, source, $"{path}[{i}]", depth + 1)).ToList(),
                _ => throw node.Error("WRONG_TYPE", $"a value of type {value.GetType().Name} has no meaning here"),
            },
        };
    }

    private static Dictionary<string, ProfileNode> Members(IDictionary dictionary, string source, string path, int depth)
    {
        var members = new Dictionary<string, ProfileNode>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in dictionary)
        {
            string key = entry.Key as string ?? throw new ProfileNode(source, path, 0, null).Error("WRONG_TYPE", $"key '{entry.Key}' is no string");
            ProfileNode node = Convert(entry.Value, source, $"{path}.{key}", depth + 1);
            if (!members.TryAdd(key, node))
                throw node.Error("DUPLICATE_PROPERTY", $"'{key}' occurs twice");
        }

        return members;
    }
}
