using System.Management.Automation.Language;

namespace Sandbox.Repository.Tests.Rules;

/// <summary>The repository's PowerShell scripts.</summary>
public static class ScriptRules
{
    public static IEnumerable<string> ScriptsParse(RepositoryTree tree)
    {
        foreach (string file in tree.Files.Where(file => Path.GetExtension(file) is ".ps1" or ".psd1" or ".psm1"))
        {
            Parser.ParseFile(Path.Combine(tree.Root, file), out _, out ParseError[] errors);
            foreach (ParseError error in errors) yield return $"{file}({error.Extent.StartLineNumber}): {error.Message}";
        }
    }

    /// <summary>Examples run where there is no pwsh: they use only what the engine itself, the module and the script bring.</summary>
    public static IEnumerable<string> ExamplesRunWithoutPwsh(RepositoryTree tree, IReadOnlyCollection<string> commands)
    {
        foreach (string file in tree.Under("examples", ".ps1"))
        {
            Ast script = Parser.ParseFile(Path.Combine(tree.Root, file), out _, out _);
            HashSet<string> own = [.. script.FindAll(ast => ast is FunctionDefinitionAst, true).Cast<FunctionDefinitionAst>().Select(function => function.Name)];
            foreach (CommandAst command in script.FindAll(ast => ast is CommandAst, true).Cast<CommandAst>())
            {
                string? name = command.GetCommandName();
                // A name without a verb is a program or an alias; the demo's own run shows whether it is there.
                if (name is null || !name.Contains('-', StringComparison.Ordinal) || own.Contains(name)) continue;
                if (!commands.Contains(name, StringComparer.OrdinalIgnoreCase))
                    yield return $"{file}({command.Extent.StartLineNumber}): {name} isn't there without pwsh.";
            }
        }
    }
}
