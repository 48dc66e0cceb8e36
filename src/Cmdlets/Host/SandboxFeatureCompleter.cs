using Sandbox.Cmdlets.Binding;
using Sandbox.Host;

namespace Sandbox.Cmdlets;

/// <summary>Completes the capabilities of a machine; the tooltip says what is lost without one.</summary>
public sealed class SandboxFeatureCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates => HostReport.Names.Select(n => (n, $"{n}. Without it: {HostReport.Lost(n)}"));
}
