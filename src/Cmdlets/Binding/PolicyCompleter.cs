using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the built-in policies, the sets that a list can begin with, and files.</summary>
public sealed class PolicyCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates =>
        BuiltInPolicies.Names.Select(n => (n, BuiltInPolicies.Get(n).Description)).Concat(SeccompSets.All.Select(s => (s.Name, s.Description)));

    /// <inheritdoc/>
    protected override bool TakesFiles => true;
}
