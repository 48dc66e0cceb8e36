using Sandbox.Runtime;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the signals of signal(7).</summary>
public sealed class SignalCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates => SignalNames.All.Select(n => (n, $"{n}, {SignalNames.Parse(n)}"));

    /// <inheritdoc/>
    protected override string? OtherName(string text) => text["SIG".Length..];
}
