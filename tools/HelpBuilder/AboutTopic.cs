using System.Text;

namespace Sandbox.HelpBuilder;

/// <summary>An about_ topic as the text that Get-Help prints: the markdown without its marks.</summary>
internal static class AboutTopic
{
    public static string ToText(string markdown)
    {
        var text = new StringBuilder();
        bool code = false;
        foreach (string line in markdown.Split('\n').Select(line => line.TrimEnd()))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                code = !code;
                continue;
            }

            if (code) text.Append(line.Length == 0 ? "" : "    ").Append(line).Append('\n');
            else if (line.StartsWith('#')) text.Append(line.TrimStart('#', ' ').ToUpperInvariant()).Append('\n');
            else text.Append(line.Replace("`", "", StringComparison.Ordinal).Replace("**", "", StringComparison.Ordinal)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Get-Help takes a topic's synopsis from the line after SHORT DESCRIPTION.</summary>
    public static IEnumerable<HelpError> Check(string file, string markdown)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        string[] lines = markdown.Split('\n');
        if (lines[0].Trim() != $"# {name}") yield return new HelpError(file, 1, $"The topic must start with '# {name}'.");
        if (!lines.Any(line => line.Trim().Equals("## SHORT DESCRIPTION", StringComparison.OrdinalIgnoreCase)))
            yield return new HelpError(file, 1, "The topic lacks '## SHORT DESCRIPTION'.");
    }
}
