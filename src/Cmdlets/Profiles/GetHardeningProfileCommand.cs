using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Hardening;

namespace Sandbox.Cmdlets;

/// <summary>Lists the built-in profiles.</summary>
[Cmdlet(VerbsCommon.Get, "HardeningProfile")]
[OutputType(typeof(HardeningProfile))]
public sealed class GetHardeningProfileCommand : SandboxCmdlet
{
    /// <summary>Names; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNull]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var name in Name)
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            var found = BuiltInProfiles.Names.Where(n => pattern.IsMatch(n)).ToArray();
            foreach (var known in found) if (BuiltInProfiles.TryGet(known, out var profile)) WriteObject(profile);
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteSandboxError(new("GetHardeningProfile,NOT_FOUND", SandboxErrorKind.ObjectNotFound, $"There is no built-in profile '{name}'.", $"Built-in profiles: {string.Join(", ", BuiltInProfiles.Names)}."), name);
            }
        }
    }
}
