using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Network;

namespace Sandbox.Cmdlets;

/// <summary>Removes what killed sessions left of their sandboxes on the host.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "Sandbox", SupportsShouldProcess = true)]
[OutputType(typeof(NetworkRemnant))]
public sealed class RepairSandboxCommand : SandboxCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            foreach (var remnant in NetworkRepair.Find().Where(r => ShouldProcess(r.ToString(), "Remove what a killed session left")))
            {
                CancellationToken.ThrowIfCancellationRequested();
                WriteObject(remnant with { Removed = NetworkRepair.Remove(remnant) });
            }
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e);
        }
    }
}
