using Sandbox.Runtime;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the names of the session's hardened processes.</summary>
public sealed class ProcessNameCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates =>
        SandboxRegistry.All.GroupBy(p => p.Name, StringComparer.Ordinal).Select(g => (g.Key, string.Join('\n', g.Select(p => p.CommandLine))));
}
