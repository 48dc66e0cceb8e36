using System.Management.Automation;
using Sandbox.Capture;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Cmdlets;

/// <summary>Ends captures.</summary>
[Cmdlet(VerbsLifecycle.Stop, "PacketCapture", SupportsShouldProcess = true)]
[OutputType(typeof(PacketCapture))]
public sealed class StopPacketCaptureCommand : SandboxCmdlet
{
    /// <summary>The captures.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public PacketCapture[] Capture { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var capture in Capture.Where(c => ShouldProcess(c.ToString(), "Stop capturing")))
        {
            try
            {
                capture.Stop();
            }
            catch (SandboxException e)
            {
                WriteSandboxError(e, capture);
            }

            if (capture.Dropped > 0) WriteWarning($"{capture.Dropped} of {capture.Received} packets were lost.");
            if (capture.LostOwnerEvents > 0) WriteWarning($"{capture.LostOwnerEvents} events of sockets were lost: the process of packets around then isn't told.");
            WriteObject(capture);
        }
    }
}
