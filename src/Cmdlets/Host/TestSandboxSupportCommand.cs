using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Host;

namespace Sandbox.Cmdlets;

/// <summary>Says whether this machine has one capability.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SandboxSupport")]
[OutputType(typeof(bool))]
public sealed class TestSandboxSupportCommand : SandboxCmdlet
{
    /// <summary>The capability.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SandboxFeatureCompleter))]
    public string Name { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            var feature = HostReport.Probe(Name, SessionState.Path.CurrentFileSystemLocation.ProviderPath);
            WriteVerbose($"{feature.Name}: {feature.Detail}{(feature.Remedy is null ? "" : $" ({feature.Remedy})")}");
            WriteObject(feature.Supported);
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e, Name);
        }
    }
}
