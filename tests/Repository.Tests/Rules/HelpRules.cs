using System.Management.Automation;
using System.Management.Automation.Language;
using Sandbox.HelpBuilder;

namespace Sandbox.Repository.Tests.Rules;

/// <summary>docs/en-US, compared with the cmdlets; the help builder compares parameters and syntax.</summary>
public static class HelpRules
{
    private const string Folder = "docs/en-US";
    private const int FewestExamples = 3;

    public static IEnumerable<string> EachCmdletHasAPage(RepositoryTree tree, IEnumerable<Type> cmdlets) =>
        cmdlets.Select(CmdletRules.Name).Where(name => !tree.Has($"{Folder}/{name}.md")).Select(name => $"There is no {Folder}/{name}.md.");

    public static IEnumerable<string> EachPageHasACmdlet(RepositoryTree tree, IEnumerable<Type> cmdlets) =>
        tree.Under(Folder, ".md").Where(IsCmdletPage).Where(file => !cmdlets.Any(cmdlet => CmdletRules.Name(cmdlet) == Path.GetFileNameWithoutExtension(file)))
            .Select(file => $"{file} documents no cmdlet.");

    public static IEnumerable<string> ExamplesAreEnough(RepositoryTree tree) =>
        from page in Pages(tree)
        where page.Examples.Count < FewestExamples
        select $"{page.Name} has {page.Examples.Count} examples; {FewestExamples} are the fewest.";

    /// <summary>Examples parse, and use parameters of our cmdlets that exist, by their full names.</summary>
    public static IEnumerable<string> ExamplesAreRight(RepositoryTree tree, IReadOnlyDictionary<string, CmdletInfo> cmdlets)
    {
        foreach (HelpPage page in Pages(tree))
        {
            foreach (HelpCode code in page.Examples.Select(example => example.Code).OfType<HelpCode>())
            {
                Ast script = Parser.ParseInput(code.Text, out _, out ParseError[] errors);
                foreach (ParseError error in errors)
                    yield return $"{page.File}({code.Line + error.Extent.StartLineNumber}): {error.Message}";
                foreach (CommandAst command in script.FindAll(ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>())
                {
                    if (command.GetCommandName() is not { } name || !cmdlets.TryGetValue(name, out CmdletInfo? cmdlet)) continue;
                    foreach (CommandParameterAst parameter in command.CommandElements.OfType<CommandParameterAst>().Where(p => !cmdlet.Parameters.ContainsKey(p.ParameterName)))
                        yield return $"{page.File}({code.Line + parameter.Extent.StartLineNumber}): {name} has no parameter -{parameter.ParameterName}.";
                }
            }
        }
    }

    private static IEnumerable<HelpPage> Pages(RepositoryTree tree) =>
        tree.Under(Folder, ".md").Where(IsCmdletPage).Select(file => PageParser.Parse(Path.Combine(tree.Root, file), []));

    private static bool IsCmdletPage(string file) => !Path.GetFileName(file).StartsWith("about_", StringComparison.Ordinal);
}
