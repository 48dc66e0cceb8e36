using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes sets and the system calls of this machine.</summary>
public sealed class SyscallCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates =>
        SeccompSets.All.Select(s => (s.Name, s.Description))
            .Concat(SyscallTable.For(SeccompArchitectures.Native).Entries.OrderBy(e => e.Name, StringComparer.Ordinal).Select(e => (e.Name, $"{e.Name}(2), number {e.Number}")));
}
