using System.Management.Automation.Language;

namespace Sandbox.Shell;

/// <summary>A script's arguments as pwsh -File reads them: <c>-Name</c> and <c>-Name:value</c> name parameters, the rest are literal values.</summary>
internal static class ScriptArguments
{
    /// <summary>PowerShell text that calls a script with the arguments.</summary>
    public static string Call(string script, IEnumerable<string> arguments) =>
        string.Join(' ', arguments.Select(Text).Prepend($"& {Quote(script)}"));

    private static string Text(string argument)
    {
        int colon = argument.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? argument : argument[..colon];
        if (name.Length < 2 || name[0] != '-' || !name.Skip(1).All(c => char.IsLetterOrDigit(c) || c == '_') || char.IsDigit(name[1]))
            return Quote(argument);
        return colon < 0 ? name : $"{name}:{Value(argument[(colon + 1)..])}";
    }

    // So that a switch can be turned off: -Force:$false.
    private static string Value(string text) => text.ToUpperInvariant() is "$TRUE" or "$FALSE" ? text : Quote(text);

    private static string Quote(string text) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
}
