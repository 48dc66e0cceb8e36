using System.Collections.Frozen;
using System.Globalization;

namespace Sandbox.Seccomp;

/// <summary>Constants of C headers that arguments of system calls are compared with, with the values of x86-64 and asm-generic.</summary>
public static class ArgumentConstants
{
    private static readonly FrozenDictionary<string, ulong> Table = Load();
    private static readonly Lazy<FrozenDictionary<string, Dictionary<string, ulong?>>> ByArchitecture = new(LoadByArchitecture);

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names => [.. Table.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The value of a name.</summary>
    public static bool TryGet(string name, out ulong value) => Table.TryGetValue(name, out value);

    /// <summary>The value of a name on an architecture; false where the architecture hasn't got it, such as MAP_32BIT on arm64.</summary>
    public static bool TryGet(SeccompArchitecture architecture, string name, out ulong value)
    {
        if (!ByArchitecture.Value.TryGetValue(name, out var values)) return Table.TryGetValue(name, out value);
        var found = values.TryGetValue(SeccompArchitectures.Name(architecture), out var own) ? own : values["*"];
        value = found ?? 0;
        return found is not null;
    }

    /// <summary>Whether any architecture has the name.</summary>
    internal static bool IsKnown(string name) => Table.ContainsKey(name) || ByArchitecture.Value.ContainsKey(name);

    /// <summary>The names whose values differ from one architecture to another.</summary>
    internal static IReadOnlyCollection<string> ArchitectureNames => ByArchitecture.Value.Keys;

    /// <summary>The argument that a text means: decimal, 0x…, negative (as the register holds it), or constants joined by <c>|</c>.</summary>
    public static ulong Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ulong all = 0;
        foreach (string part in text.Split('|', StringSplitOptions.TrimEntries))
        {
            if (Number(part) is { } number) all |= number;
            else if (Table.TryGetValue(part, out ulong constant)) all |= constant;
            else throw Unknown(part);
        }

        return all;
    }

    internal static ulong? Number(string text)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong hex) ? hex : null;
        if (text.StartsWith('-')) return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long negative) ? (ulong)negative : null;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : null;
    }

    private static SandboxException Unknown(string text)
    {
        string? near = NearestName.Find(text, Table.Keys);
        return new("SeccompCall,BAD_ARGUMENT", SandboxErrorKind.InvalidArgument, $"'{text}' is no number and no known constant.{(near is null ? "" : $" Did you mean '{near}'?")}",
            "Give a number such as 40, 0x28 or -1, or constants such as AF_VSOCK or CLONE_NEWNS|CLONE_NEWPID.");
    }

    private static FrozenDictionary<string, ulong> Load()
    {
        var table = new Dictionary<string, ulong>(StringComparer.Ordinal);
        foreach (string line in SeccompResources.ReadLines("Constants.txt"))
        {
            if (line.Length == 0 || line.StartsWith('#')) continue;
            string[] fields = line.Split(' ');
            table.Add(fields[0], Number(fields[1])!.Value);
        }

        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }

    // NAME *=0x1 arm=0x2 arm64=-
    private static FrozenDictionary<string, Dictionary<string, ulong?>> LoadByArchitecture()
    {
        var table = new Dictionary<string, Dictionary<string, ulong?>>(StringComparer.Ordinal);
        foreach (string line in SeccompResources.ReadLines("ConstantsByArchitecture.txt"))
        {
            if (line.Length == 0 || line.StartsWith('#')) continue;
            string[] fields = line.Split(' ');
            table.Add(fields[0], fields[1..].Select(field => field.Split('=')).ToDictionary(pair => pair[0], pair => pair[1] == "-" ? null : Number(pair[1]), StringComparer.Ordinal));
        }

        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
