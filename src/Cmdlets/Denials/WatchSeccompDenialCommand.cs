using System.Diagnostics;
using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Denials;

namespace Sandbox.Cmdlets;

/// <summary>Streams denied system calls as they happen.</summary>
[Cmdlet(VerbsCommon.Watch, "SeccompDenial", DefaultParameterSetName = "Process")]
[OutputType(typeof(SeccompDenial))]
public sealed class WatchSeccompDenialCommand : SandboxCmdlet
{
    private readonly List<WatchedProcess> _processes = [];
    private SeccompDenialSession? _session;

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

    /// <summary>The processes of a pid namespace, by its number.</summary>
    [Parameter(ParameterSetName = "PidNamespace", Mandatory = true)]
    [PidNamespaceTransformation]
    public ulong PidNamespace { get; set; }

    /// <summary>Every process.</summary>
    [Parameter(ParameterSetName = "All", Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>Where denials are taken from.</summary>
    [Parameter]
    public SeccompDenialSource Source { get; set; }

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

    /// <summary>A variable that gets the session: its source, and what it received and lost.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SessionVariable { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _processes.AddRange(Process);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var watch = Stopwatch.StartNew();
        try
        {
            _session = DenialSessions.Open(DenialWatches.Of(_processes, CgroupPath, PidNamespace, All, Source));
            if (SessionVariable is not null) SessionState.PSVariable.Set(SessionVariable, _session);
            WriteVerbose($"Source {_session.Source}: {_session.Detail}.");
            long count = 0;
            foreach (var denial in _session.Read(Timeout, CancellationToken))
            {
                WriteObject(denial);
                if (++count >= MaxCount) break;
            }

            if (Wait) WatchedProcesses.AwaitEnds(_processes, Timeout, watch, CancellationToken);
            _session.Dispose();
            WriteVerbose($"{_session}.");
            if (_session.Lost > 0) WriteWarning($"{_session.Lost}{(_session.LossKnown ? "" : " or more")} denials were lost on the way.");
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
}
