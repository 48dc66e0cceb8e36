using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the programs of PATH and files, as the first word of a command line does.</summary>
public sealed class ProgramCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(wordToComplete);
        var word = wordToComplete.Trim('\'', '"');
        var files = CompletionCompleters.CompleteFilename(word);
        // Without a letter, all of PATH would be thousands.
        return word.Length == 0 || word.Contains('/', StringComparison.Ordinal)
            ? files
            : CompletionCompleters.CompleteCommand(word, null, CommandTypes.Application).Concat(files);
    }
}
