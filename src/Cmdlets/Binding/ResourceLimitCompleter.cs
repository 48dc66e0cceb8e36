using Sandbox.Hardening;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the limits of getrlimit(2), as the beginning of a hashtable.</summary>
public sealed class ResourceLimitCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates => ResourceLimitTable.All.Select(l => (l.Name, $"{l.Description} ({l.Unit})"));

    /// <inheritdoc/>
    protected override string Insertion(string text) => $"@{{ {text} = ";
}
