using System.Globalization;
using Sandbox.Runtime;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the ids of hardened processes that run, by the id or the name.</summary>
public sealed class ProcessCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates =>
        SandboxRegistry.All.Where(p => !p.HasExited).Select(p => (p.Id.ToString(CultureInfo.InvariantCulture), $"{p.CommandLine}, level {p.Level}, since {p.StartTime:T}"));

    /// <inheritdoc/>
    protected override string? OtherName(string text) => SandboxRegistry.All.LastOrDefault(p => p.Id.ToString(CultureInfo.InvariantCulture) == text)?.Name;
}
