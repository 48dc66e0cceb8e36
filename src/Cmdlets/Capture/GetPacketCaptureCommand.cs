using System.Management.Automation;
using Sandbox.Capture;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Cmdlets;

/// <summary>The captures of this session.</summary>
[Cmdlet(VerbsCommon.Get, "PacketCapture")]
[OutputType(typeof(PacketCapture))]
public sealed class GetPacketCaptureCommand : SandboxCmdlet
{
    /// <summary>Their numbers.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNull]
    public int[]? Id { get; set; }

    /// <summary>Only those that run.</summary>
    [Parameter]
    public SwitchParameter Running { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var all = PacketCaptures.All.Where(c => !Running || c.State == PacketCaptureState.Running).ToArray();
        if (Id is null)
        {
            WriteObject(all, enumerateCollection: true);
            return;
        }

        foreach (var id in Id)
        {
            if (all.FirstOrDefault(c => c.Id == id) is { } found) WriteObject(found);
            else WriteSandboxError(new("GetPacketCapture,NONE", SandboxErrorKind.ObjectNotFound, $"This session has no capture {id}{(Running ? " that runs" : "")}.", "Get-PacketCapture without -Id shows all."), id);
        }
    }
}
