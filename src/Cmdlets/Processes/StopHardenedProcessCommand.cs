using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Runtime;

namespace Sandbox.Cmdlets;

/// <summary>Ends hardened processes: a signal, a grace period, then the whole tree.</summary>
[Cmdlet(VerbsLifecycle.Stop, "HardenedProcess", SupportsShouldProcess = true)]
[OutputType(typeof(HardenedProcess))]
public sealed class StopHardenedProcessCommand : SandboxCmdlet
{
    private readonly List<HardenedProcess> _stopped = [];

    /// <summary>The processes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [ProcessTransformation]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public HardenedProcess[] Process { get; set; } = [];

    /// <summary>The signal that asks the target to end.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SignalCompleter))]
    public string Signal { get; set; } = "SIGTERM";

    /// <summary>How long the target may take before its tree is killed.</summary>
    [Parameter]
    [TimeTransformation]
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Kill the whole tree at once.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write the processes.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            foreach (var process in Process.Where(p => ShouldProcess(p.ToString(), "Stop the whole process tree")))
            {
                process.Stop(Force ? TimeSpan.Zero : GracePeriod, SignalNames.Parse(Signal), CancellationToken);
                _stopped.Add(process);
                if (PassThru) WriteObject(process);
            }
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // Last: an error that ends the pipeline, as a preference may have it, leaves no process running.
        foreach (var process in _stopped) WriteRecordFailures(process, again: false);
    }
}
