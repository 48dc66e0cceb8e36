using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Sandbox.Cmdlets.Binding;

/// <summary>The base of the completers: names with tooltips, filtered by what is typed.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    /// <summary>What can be completed: the text and its tooltip.</summary>
    protected abstract IEnumerable<(string Text, string ToolTip)> Candidates { get; }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(wordToComplete);
        var word = wordToComplete.Trim('\'', '"');
        return Candidates
            .Where(c => c.Text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(c => new CompletionResult(Quote(c.Text), c.Text, CompletionResultType.ParameterValue, c.ToolTip));
    }

    // '@' begins a splat.
    private static string Quote(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? text : $"'{text}'";
}
