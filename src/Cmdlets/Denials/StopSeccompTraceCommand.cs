using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Tracing;

namespace Sandbox.Cmdlets;

/// <summary>Ends recordings.</summary>
[Cmdlet(VerbsLifecycle.Stop, "SeccompTrace", SupportsShouldProcess = true)]
[OutputType(typeof(SeccompTrace))]
public sealed class StopSeccompTraceCommand : SandboxCmdlet
{
    /// <summary>The recordings.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public SeccompTrace[] Trace { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var trace in Trace.Where(t => ShouldProcess(t.ToString(), "Stop recording")))
        {
            try
            {
                trace.Stop();
                if (trace.Lost > 0 || !trace.LossKnown) WriteWarning($"{trace.Lost}{(trace.LossKnown ? "" : " or more")} records were lost on the way: the trace may lack calls.");
                WriteObject(trace);
            }
            catch (SandboxException e)
            {
                WriteSandboxError(e, trace);
            }
        }
    }
}
