using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Runtime;

namespace Sandbox.Cmdlets;

/// <summary>Lists the hardened processes of this session.</summary>
[Cmdlet(VerbsCommon.Get, "HardenedProcess")]
[OutputType(typeof(HardenedProcess))]
public sealed class GetHardenedProcessCommand : SandboxCmdlet
{
    /// <summary>Names of programs; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNull]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ProcessNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Process ids.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNull]
    [Alias("ProcessId")]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>Only those that run.</summary>
    [Parameter]
    public SwitchParameter Running { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var patterns = Name.Select(n => new WildcardPattern(n, WildcardOptions.IgnoreCase)).ToArray();
        var found = SandboxRegistry.All
            .Where(p => patterns.Length == 0 || patterns.Any(n => n.IsMatch(p.Name)))
            .Where(p => Id.Length == 0 || Id.Contains(p.Id))
            .Where(p => !Running || !p.HasExited)
            .ToArray();
        WriteObject(found, enumerateCollection: true);
        foreach (var id in Id.Where(id => found.All(p => p.Id != id))) Missing($"id {id}");
        foreach (var name in Name.Where(n => !WildcardPattern.ContainsWildcardCharacters(n) && found.All(p => !string.Equals(p.Name, n, StringComparison.OrdinalIgnoreCase)))) Missing($"name '{name}'");
    }

    private void Missing(string what) => WriteSandboxError(new("GetHardenedProcess,NOT_FOUND", SandboxErrorKind.ObjectNotFound, $"No hardened process of this session has the {what}.", "Get-HardenedProcess without parameters lists all of them."));
}
