using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets;

/// <summary>Reads the seccomp filters of a live process.</summary>
[Cmdlet(VerbsCommon.Get, "SeccompFilter")]
[OutputType(typeof(SeccompFilter))]
public sealed class GetSeccompFilterCommand : SandboxCmdlet
{
    /// <summary>The processes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id", "ProcessId")]
    [ProcessIdTransformation]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public int[] Process { get; set; } = [];

    /// <summary>A thread of the process; the main thread if not given.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? ThreadId { get; set; }

    /// <summary>A policy that each filter is compared with.</summary>
    [Parameter]
    [ValidateNotNull]
    [PolicyTransformation]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public SeccompPolicy? Policy { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (int id in Process)
        {
            try
            {
                var filters = SeccompFilterReader.Read(id, ThreadId, Policy);
                if (filters.Count == 0) WriteVerbose($"The process {id} has no seccomp filter.");
                WriteObject(filters, enumerateCollection: true);
            }
            catch (SandboxException e)
            {
                WriteSandboxError(e, id);
            }
        }
    }
}
