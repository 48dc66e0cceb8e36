using System.Diagnostics;
using System.Management.Automation;
using Sandbox.Cmdlets.Binding;
using Sandbox.Events;

namespace Sandbox.Cmdlets.Base;

/// <summary>What every watch takes, and the stream itself: it is drained on the pipeline's thread and closed however the pipeline ends.</summary>
public abstract class WatchCmdlet<T> : SandboxCmdlet
{
    private readonly List<WatchedProcess> _processes = [];
    private WatchSession<T>? _session;

    /// <summary>The processes, with all that they start.</summary>
    [Parameter(ParameterSetName = "Process", Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [WatchedProcessTransformation]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public WatchedProcess[] Process { get; set; } = [];

    /// <summary>The processes of a cgroup and of those below it.</summary>
    [Parameter(ParameterSetName = "Cgroup", Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string CgroupPath { get; set; } = "";

    /// <summary>Every process.</summary>
    [Parameter(ParameterSetName = "All", Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>End after so many objects.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long MaxCount { get; set; } = long.MaxValue;

    /// <summary>End after so long.</summary>
    [Parameter]
    [TimeTransformation]
    [ValidateNotNull]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Return only once the processes have ended.</summary>
    [Parameter(ParameterSetName = "Process")]
    public SwitchParameter Wait { get; set; }

    /// <summary>A variable that gets the session: its source, and what it saw and lost.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SessionVariable { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _processes.AddRange(Process);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var clock = Stopwatch.StartNew();
        try
        {
            var (session, source, warnings) = Open(_processes);
            _session = session;
            if (SessionVariable is not null) SessionState.PSVariable.Set(SessionVariable, session);
            WriteVerbose($"Source {source}: {session.Detail}.");
            foreach (var warning in warnings) WriteWarning(warning);
            long count = 0;
            foreach (var item in session.Read(Timeout, CancellationToken))
            {
                WriteObject(item);
                if (++count >= MaxCount) break;
            }

            if (Wait) WatchedProcesses.AwaitEnds(_processes, Timeout, clock, CancellationToken);
            session.Dispose();
            WriteVerbose($"{session}.");
            if (Loss(session) is { } loss) WriteWarning(loss);
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _session?.Dispose();
    }

    /// <summary>Opens the session: with its source's name, and what must be known before the first object.</summary>
    private protected abstract (WatchSession<T> Session, string Source, IEnumerable<string> Warnings) Open(IReadOnlyList<WatchedProcess> processes);

    /// <summary>What was lost; null where nothing was.</summary>
    private protected abstract string? Loss(WatchSession<T> session);
}
