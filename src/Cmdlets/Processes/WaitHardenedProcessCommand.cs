using System.Diagnostics;
using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;

namespace Sandbox.Cmdlets;

/// <summary>Waits for hardened processes to end.</summary>
[Cmdlet(VerbsLifecycle.Wait, "HardenedProcess")]
[OutputType(typeof(HardenedProcess))]
public sealed class WaitHardenedProcessCommand : SandboxCmdlet
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>The processes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [ProcessTransformation]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public HardenedProcess[] Process { get; set; } = [];

    /// <summary>How long to wait for all of them together; without it, for ever.</summary>
    [Parameter]
    [ValidateNotNull]
    [TimeTransformation]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var process in Process)
        {
            var left = Timeout is { } limit ? TimeSpan.FromTicks(Math.Max(0, (limit - _watch.Elapsed).Ticks)) : System.Threading.Timeout.InfiniteTimeSpan;
            if (!process.Wait(left, CancellationToken))
            {
                WriteSandboxError(new("Wait,ETIMEDOUT", SandboxErrorKind.OperationTimeout, $"{process} still runs after {Timeout!.Value.TotalSeconds:0.###} s.", "Wait longer, or end it by Stop-HardenedProcess."), process);
                continue;
            }

            WriteRecordFailures(process);
            WriteObject(process);
        }
    }
}
