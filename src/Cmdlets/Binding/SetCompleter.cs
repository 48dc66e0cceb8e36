using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the sets of system calls.</summary>
public sealed class SetCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates => SeccompSets.All.Select(set => (set.Name, $"{set.Description} ({set.Syscalls.Count} calls)"));
}
