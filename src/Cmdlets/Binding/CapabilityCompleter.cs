using Sandbox.Hardening;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the capabilities of capabilities(7).</summary>
public sealed class CapabilityCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates => Capability.Names.Select((n, i) => (n, $"{n}, number {i}, see capabilities(7)"));

    /// <inheritdoc/>
    protected override string? OtherName(string text) => text["CAP_".Length..];
}
