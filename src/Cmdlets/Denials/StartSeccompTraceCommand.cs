using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Tracing;

namespace Sandbox.Cmdlets;

/// <summary>Begins to record the system calls of running processes.</summary>
[Cmdlet(VerbsLifecycle.Start, "SeccompTrace", SupportsShouldProcess = true)]
[OutputType(typeof(SeccompTrace))]
public sealed class StartSeccompTraceCommand : SandboxCmdlet
{
    /// <summary>The process.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [WatchedProcessTransformation]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public WatchedProcess[] Process { get; set; } = [];

    /// <summary>The file to record into.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>How it is recorded.</summary>
    [Parameter]
    public SeccompTraceMethod Method { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            if (Process.Length > 1) throw new SandboxException("StartSeccompTrace,MANY", SandboxErrorKind.InvalidArgument, "A trace is of one process, and of what that starts.", "Start a trace for each, each with a file of its own.");
            var path = ResolvePath(Path, nameof(Path));
            foreach (var process in Process.Where(p => ShouldProcess(p.ToString(), $"Record system calls into {path}")))
            {
                var trace = SeccompTrace.Start(process.Sandbox, process.Id, path, Method);
                WriteVerbose($"{process} is recorded by the method {trace.Method}.");
                WriteObject(trace);
            }
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e, Process);
        }
    }
}
