using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Sandbox.Cmdlets.Binding;

/// <summary>The base of the completers: names with tooltips, filtered by what is typed.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    /// <summary>What can be completed: the text and its tooltip.</summary>
    protected abstract IEnumerable<(string Text, string ToolTip)> Candidates { get; }

    /// <summary>What else someone may begin to type who means the name, such as TERM for SIGTERM.</summary>
    protected virtual string? OtherName(string text) => null;

    /// <summary>Whether the parameter takes the path of a file as well.</summary>
    protected virtual bool TakesFiles => false;

    /// <summary>What is inserted for a name.</summary>
    protected virtual string Insertion(string text) => Quote(text);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(wordToComplete);
        var word = wordToComplete.Trim('\'', '"');
        var names = Candidates
            .Where(c => Begins(c.Text, word) || Begins(OtherName(c.Text), word))
            .Select(c => new CompletionResult(Insertion(c.Text), c.Text, CompletionResultType.ParameterValue, c.ToolTip));
        // PowerShell falls back to files only where a parameter has no completer.
        return TakesFiles && word.Length > 0 ? names.Concat(CompletionCompleters.CompleteFilename(word)) : names;
    }

    private static bool Begins(string? text, string word) => text?.StartsWith(word, StringComparison.OrdinalIgnoreCase) == true;

    // '@' begins a splat.
    private static string Quote(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? text : $"'{text}'";
}
