using System.Runtime.InteropServices;
using Sandbox.Native;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the names of errno(3).</summary>
public sealed class ErrnoCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates =>
        Errno.Names.Select(name => Errno.TryParse(name, out int number) ? (name, $"{Marshal.GetPInvokeErrorMessage(number)}, number {number}") : (name, name));
}
