using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Host;

namespace Sandbox.Cmdlets;

/// <summary>Tries what this machine can do, one row per capability.</summary>
[Cmdlet(VerbsCommon.Get, "SandboxSupport")]
[OutputType(typeof(SandboxFeature))]
public sealed class GetSandboxSupportCommand : SandboxCmdlet
{
    /// <summary>Capabilities; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNull]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SandboxFeatureCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var directory = SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        foreach (var name in Name)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteOne(name, directory);
                continue;
            }

            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            foreach (var known in HostReport.Names.Where(n => pattern.IsMatch(n))) WriteOne(known, directory);
        }
    }

    private void WriteOne(string name, string directory)
    {
        if (CancellationToken.IsCancellationRequested) return;
        WriteVerbose($"Trying {name}.");
        try
        {
            WriteObject(HostReport.Probe(name, directory));
        }
        catch (SandboxException e)
        {
            WriteSandboxError(e, name);
        }
    }
}
