using System.Management.Automation;
using Sandbox.Capture;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Cmdlets;

/// <summary>Streams packets as they come.</summary>
[Cmdlet(VerbsCommon.Watch, "Packet", DefaultParameterSetName = "Interface")]
[OutputType(typeof(PacketRecord))]
public sealed class WatchPacketCommand : PacketCmdlet
{
    private PacketWatch? _watch;

    /// <summary>A variable that gets the capture, with what it received and lost.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SessionVariable { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            _watch = PacketWatch.Start(Options());
            if (SessionVariable is not null) SessionState.PSVariable.Set(SessionVariable, _watch);
            WriteVerbose($"Packets of {_watch.Interface}.");
            foreach (var packet in _watch.Read(CancellationToken)) WriteObject(packet);
            _watch.Dispose();
            WriteVerbose($"{_watch.Received} received, {_watch.Written} delivered, {_watch.Filtered} left out, {_watch.Dropped} dropped.");
            if (_watch.Dropped > 0) WriteWarning($"{_watch.Dropped} of {_watch.Received} packets were lost.");
            if (_watch.LostOwnerEvents > 0) WriteWarning($"{_watch.LostOwnerEvents} events of sockets were lost: the process of packets around then isn't told.");
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e, Interface);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _watch?.Dispose();
    }
}
