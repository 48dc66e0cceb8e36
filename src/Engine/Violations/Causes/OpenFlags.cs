namespace Sandbox.Violations;

/// <summary>The flags of an open call by their names, as the decoder of its architecture gives them.</summary>
internal sealed class OpenFlags
{
    private readonly HashSet<string> _names;

    private OpenFlags(IEnumerable<string> names) => _names = [.. names];

    public bool Has(string name) => _names.Contains(name);

    public bool Reads => !Has("O_WRONLY");

    public bool Writes => Has("O_WRONLY") || Has("O_RDWR") || Has("O_TRUNC");

    /// <summary>Null where they couldn't be read.</summary>
    public static OpenFlags? Of(ViolationFacts facts)
    {
        if (facts.Entry?.Name == "creat") return new(["O_WRONLY", "O_CREAT", "O_TRUNC"]);
        var text = facts.Decoded.FirstOrDefault(d => d.Name is "flags" or "how")?.Text;
        if (text is null) return null;
        if (text.StartsWith('{'))
        {
            var at = text.IndexOf("flags=", StringComparison.Ordinal);
            if (at < 0) return null;
            text = text[(at + 6)..];
            text = text[..text.IndexOfAny([',', '}'])];
        }

        var names = text.Split('|', StringSplitOptions.TrimEntries);
        return names.All(n => n.StartsWith("O_", StringComparison.Ordinal) || n.StartsWith("__O_", StringComparison.Ordinal) || n.StartsWith("0x", StringComparison.Ordinal)) ? new(names) : null;
    }
}
