using Sandbox.Hardening;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes the built-in profiles, and files.</summary>
public sealed class ProfileCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates =>
        BuiltInProfiles.Names.Select(n => (n, BuiltInProfiles.TryGet(n, out var profile) ? profile.Description : n));

    /// <inheritdoc/>
    protected override bool TakesFiles => true;
}
