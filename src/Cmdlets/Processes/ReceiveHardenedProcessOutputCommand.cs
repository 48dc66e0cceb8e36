using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Runtime;

namespace Sandbox.Cmdlets;

/// <summary>Streams the lines that hardened processes write, from the beginning, until they end.</summary>
[Cmdlet(VerbsCommunications.Receive, "HardenedProcessOutput")]
[OutputType(typeof(OutputLine))]
public sealed class ReceiveHardenedProcessOutputCommand : SandboxCmdlet
{
    private OutputSubscription? _subscription;

    /// <summary>The processes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [ProcessTransformation]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public HardenedProcess[] Process { get; set; } = [];

    /// <summary>Only the one stream.</summary>
    [Parameter]
    [ValidateSet("StandardOutput", "StandardError")]
    public string[] Stream { get; set; } = ["StandardOutput", "StandardError"];

    /// <summary>End after so many lines of each process.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long MaxCount { get; set; } = long.MaxValue;

    /// <summary>End after so long, though the process still runs.</summary>
    [Parameter]
    [ValidateNotNull]
    [TimeTransformation]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var process in Process)
        {
            using (_subscription = OutputSubscription.To(process, Stream.Contains("StandardOutput"), Stream.Contains("StandardError")))
            {
                foreach (var line in _subscription.Lines(Timeout, CancellationToken).Take((int)Math.Min(MaxCount, int.MaxValue))) WriteObject(line);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _subscription?.Dispose();
    }
}
