using System.Management.Automation;
using Sandbox.Capture;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Cmdlets;

/// <summary>Starts a program under protections.</summary>
[Cmdlet(VerbsLifecycle.Start, "HardenedProcess", SupportsShouldProcess = true)]
[OutputType(typeof(HardenedProcess))]
public sealed class StartHardenedProcessCommand : LaunchCmdlet
{
    private HardenedProcess? _waiting;

    /// <summary>Record every call that something refuses, for <c>Get-SandboxViolation</c>.</summary>
    [Parameter]
    public SwitchParameter RecordViolation { get; set; }

    /// <summary>A file for the packets of the whole tree.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CapturePath { get; set; }

    /// <summary>From where they are seen.</summary>
    [Parameter]
    [ValidateNotNull]
    public CaptureView? CaptureView { get; set; }

    /// <summary>Tell the process of each packet.</summary>
    [Parameter]
    public SwitchParameter ProcessAttribution { get; set; }

    /// <summary>Tell also what that process is.</summary>
    [Parameter]
    public SwitchParameter ProcessInformation { get; set; }

    /// <summary>Wait for the end of the whole tree before the object is written.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Launch(More) is not { } process) return;
        if (Wait)
        {
            _waiting = process;
            process.Wait(System.Threading.Timeout.InfiniteTimeSpan, CancellationToken);
            _waiting = null;
            WriteRecordFailures(process);
        }

        WriteObject(process);
    }

    private LaunchRequest More(LaunchRequest request)
    {
        foreach (string parameter in new[] { nameof(CaptureView), nameof(ProcessAttribution), nameof(ProcessInformation) })
        {
            if (CapturePath is null && MyInvocation.BoundParameters.ContainsKey(parameter)) throw new SandboxException($"{parameter},NO_PATH", SandboxErrorKind.InvalidArgument, $"-{parameter} says something about a capture, and there is none.", "Add -CapturePath with the file.");
        }

        return request with
        {
            RecordViolations = RecordViolation, CapturePath = CapturePath is null ? null : ResolvePath(CapturePath, nameof(CapturePath)), CaptureView = CaptureView ?? Capture.CaptureView.Child, CaptureProcesses = ProcessAttribution, CaptureProcessInformation = ProcessInformation,
        };
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        // Ctrl+C while waiting: nobody has the object, so nobody could stop it later.
        if (disposing) _waiting?.Stop(TimeSpan.Zero);
    }
}
