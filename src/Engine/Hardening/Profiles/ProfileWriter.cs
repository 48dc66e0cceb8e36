using System.Globalization;
using System.Text;
using Newtonsoft.Json;

namespace Sandbox.Hardening;

/// <summary>Writes a profile whole, without <c>extends</c>; reading it again gives an equal profile.</summary>
public static class ProfileWriter
{
    /// <summary>As JSON.</summary>
    public static string ToJson(HardeningProfile profile)
    {
        var document = Values(profile).ToDictionary(v => v.Name, v => v.Value);
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var writer = new JsonTextWriter(text) { Formatting = Formatting.Indented };
        JsonSerializer.CreateDefault().Serialize(writer, document);
        return text + "\n";
    }

    /// <summary>As a PowerShell data file.</summary>
    public static string ToPsd1(HardeningProfile profile)
    {
        var text = new StringBuilder("@{\n");
        foreach ((string name, object value) in Values(profile))
            text.Append(CultureInfo.InvariantCulture, $"    {char.ToUpperInvariant(name[0])}{name[1..]} = {Literal(value)}\n");
        return text.Append("}\n").ToString();
    }

    private static IEnumerable<(string Name, object Value)> Values(HardeningProfile profile)
    {
        // Null is the default of every property that can be null, so it needs no line.
        foreach (ProfileProperty property in ProfilePropertyTable.All)
        {
            if (property.Write(profile) is { } value)
                yield return (property.Name, value);
        }
    }

    private static string Literal(object value) => value switch
    {
        bool b => b ? "$true" : "$false",
        string s => Quote(s),
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        IEnumerable<KeyValuePair<string, string>> map => "@{ " + string.Join("; ", map.Select(e => $"{Quote(e.Key)} = {Quote(e.Value)}")) + " }",
        IEnumerable<string> list => "@(" + string.Join(", ", list.Select(Quote)) + ")",
        IEnumerable<int> list => "@(" + string.Join(", ", list) + ")",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    // PowerShell ends a single-quoted string at any of these five quotation marks (about_Quoting_Rules); doubling escapes each.
    private static string Quote(string s)
    {
        var text = new StringBuilder("'");
        foreach (char c in s)
            text.Append(c, c is '\'' or '\u2018' or '\u2019' or '\u201A' or '\u201B' ? 2 : 1);
        return text.Append('\'').ToString();
    }
}
