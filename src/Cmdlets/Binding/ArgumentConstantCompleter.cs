using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the constants of C headers that arguments are compared with.</summary>
public sealed class ArgumentConstantCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates =>
        ArgumentConstants.Names.Select(name => (name, ArgumentConstants.TryGet(name, out ulong value) ? $"{name}, 0x{value:x}" : name));
}
