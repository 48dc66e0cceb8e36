using System.Management.Automation;
using Sandbox.Capture;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;

namespace Sandbox.Cmdlets;

/// <summary>Begins to capture packets into a file.</summary>
[Cmdlet(VerbsLifecycle.Start, "PacketCapture", SupportsShouldProcess = true, DefaultParameterSetName = "Interface")]
[OutputType(typeof(PacketCapture))]
public sealed class StartPacketCaptureCommand : PacketCmdlet
{
    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>From where a sandbox's packets are seen.</summary>
    [Parameter]
    [ValidateNotNull]
    public CaptureView? View { get; set; }

    /// <summary>Begin another file at this size.</summary>
    [Parameter]
    [SizeTransformation]
    [ValidateNotNull]
    [ValidateRange(1024, long.MaxValue)]
    public long? RotateSize { get; set; }

    /// <summary>Begin another file after this time.</summary>
    [Parameter]
    [TimeTransformation]
    [ValidateNotNull]
    public TimeSpan? RotateTime { get; set; }

    /// <summary>Keep so many files.</summary>
    [Parameter]
    [ValidateNotNull]
    [ValidateRange(1, 99_999)]
    public int? RingFiles { get; set; }

    /// <summary>A remark in the file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Comment { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            var path = ResolvePath(Path, nameof(Path));
            var options = Options() with { View = View };
            if (!ShouldProcess(path, $"Capture packets of {Interface ?? NetworkNamespace ?? Process[0].ToString()}")) return;
            WriteObject(PacketCapture.Start(options, path, new() { Size = RotateSize, Time = RotateTime, Files = RingFiles }, Comment));
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e, Interface);
        }
    }
}
