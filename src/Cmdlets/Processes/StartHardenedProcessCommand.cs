using System.Management.Automation;
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

    /// <summary>Wait for the end of the whole tree before the object is written.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Launch(RecordViolation) is not { } process) return;
        if (Wait)
        {
            _waiting = process;
            process.Wait(System.Threading.Timeout.InfiniteTimeSpan, CancellationToken);
            _waiting = null;
            WriteRecordFailures(process);
        }

        WriteObject(process);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        // Ctrl+C while waiting: nobody has the object, so nobody could stop it later.
        if (disposing) _waiting?.Stop(TimeSpan.Zero);
    }
}
