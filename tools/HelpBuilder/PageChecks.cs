using System.Management.Automation;

namespace Sandbox.HelpBuilder;

/// <summary>Compares a page with the cmdlet that it documents.</summary>
internal static class PageChecks
{
    public static IEnumerable<HelpError> Check(HelpPage page, CmdletInfo cmdlet)
    {
        if (page.Synopsis.Count != 1) yield return new HelpError(page.File, 1, "SYNOPSIS must be one paragraph.");
        if (page.Description.Count == 0) yield return new HelpError(page.File, 1, "DESCRIPTION is missing.");
        foreach (HelpExample example in page.Examples.Where(example => example.Code is null))
            yield return new HelpError(page.File, example.Line, $"'{example.Title}' has no ```powershell block.");

        string[] actual = [.. CmdletMetadata.Parameters(cmdlet).Select(parameter => parameter.Name)];
        foreach (string missing in actual.Except(page.Parameters.Select(entry => entry.Name)))
            yield return new HelpError(page.File, 1, $"The parameter -{missing} is not documented.");
        foreach (HelpEntry entry in page.Parameters)
        {
            if (!actual.Contains(entry.Name)) yield return new HelpError(page.File, entry.Line, $"{cmdlet.Name} has no parameter -{entry.Name}.");
            else if (entry.Text.Count == 0) yield return new HelpError(page.File, entry.Line, $"-{entry.Name} has no text.");
            else if (entry.Yaml is not null)
                foreach (HelpError error in CheckYaml(page, entry, entry.Yaml, cmdlet)) yield return error;
        }

        foreach (HelpEntry repeated in page.Parameters.GroupBy(entry => entry.Name).SelectMany(group => group.Skip(1)))
            yield return new HelpError(page.File, repeated.Line, $"-{repeated.Name} is documented twice.");

        // A page may leave the syntax to Get-Help; one that shows it must show the real one.
        if (page.Syntax.Count == 0) yield break;
        string[] expected = [.. cmdlet.ParameterSets.Select(set => Normalize($"{cmdlet.Name} {set}"))];
        foreach (HelpCode code in page.Syntax.Where(code => !expected.Contains(Normalize(code.Text))))
            yield return new HelpError(page.File, code.Line, $"The syntax is not the cmdlet's. It has: {string.Join(" | ", expected)}");
        foreach (string missing in expected.Except(page.Syntax.Select(code => Normalize(code.Text))))
            yield return new HelpError(page.File, page.Syntax[0].Line, $"The syntax lacks: {missing}");
    }

    private static string Normalize(string text) =>
        string.Join(' ', text.Replace("[<CommonParameters>]", "", StringComparison.Ordinal).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<HelpError> CheckYaml(HelpPage page, HelpEntry entry, HelpCode yaml, CmdletInfo cmdlet)
    {
        Dictionary<string, string> facts = ParameterFacts.Of(cmdlet, cmdlet.Parameters[entry.Name]);
        string[] lines = yaml.Text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            int line = yaml.Line + 1 + i;
            string[] pair = lines[i].Split(':', 2, StringSplitOptions.TrimEntries);
            if (pair.Length != 2 || !facts.TryGetValue(pair[0], out string? actual))
                yield return new HelpError(page.File, line, $"'{lines[i]}' is none of: {string.Join(", ", facts.Keys)}.");
            else if (!pair[1].Equals(actual, StringComparison.OrdinalIgnoreCase))
                yield return new HelpError(page.File, line, $"-{entry.Name}: {pair[0]} is '{actual}' in the cmdlet, '{pair[1]}' on the page.");
        }
    }
}
