using System.Diagnostics;
using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Violations;

namespace Sandbox.Cmdlets;

/// <summary>Streams refused operations as they happen, whoever refused them.</summary>
[Cmdlet(VerbsCommon.Watch, "SandboxViolation", DefaultParameterSetName = "Process")]
[OutputType(typeof(SandboxViolation))]
public sealed class WatchSandboxViolationCommand : SandboxCmdlet
{
    private readonly List<WatchedProcess> _processes = [];
    private SandboxViolationSession? _session;

    /// <summary>The processes, with all that they start.</summary>
    [Parameter(ParameterSetName = "Process", Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [WatchedProcessTransformation]
    [ArgumentCompleter(typeof(ProcessCompleter))]
    public WatchedProcess[] Process { get; set; } = [];

    /// <summary>The processes of a cgroup of version 2 and of those below it.</summary>
    [Parameter(ParameterSetName = "Cgroup", Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string CgroupPath { get; set; } = "";

    /// <summary>Every process but this one.</summary>
    [Parameter(ParameterSetName = "All", Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>Only these errnos: names or numbers.</summary>
    [Parameter]
    [ErrnoTransformation]
    [ArgumentCompleter(typeof(ErrnoCompleter))]
    [ValidateNotNullOrEmpty]
    public int[] Errno { get; set; } = [];

    /// <summary>Only these categories.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public SandboxViolationCategory[] Category { get; set; } = [];

    /// <summary>Where violations are taken from.</summary>
    [Parameter]
    public SandboxViolationSource Source { get; set; }

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
            var watch = ViolationWatches.Of(_processes, CgroupPath, All) with { Errnos = Errno, Categories = Category, Source = Source };
            _session = ViolationSessions.Open(watch);
            if (SessionVariable is not null) SessionState.PSVariable.Set(SessionVariable, _session);
            WriteVerbose($"Source {_session.Source}: {_session.Detail}.");
            foreach (var warning in ViolationWatches.Warnings(_session, watch)) WriteWarning(warning);
            long count = 0;
            foreach (var violation in _session.Read(Timeout, CancellationToken))
            {
                WriteObject(violation);
                if (++count >= MaxCount) break;
            }

            if (Wait) WatchedProcesses.AwaitEnds(_processes, Timeout, clock, CancellationToken);
            _session.Dispose();
            WriteVerbose($"{_session}.");
            if (ViolationWatches.Loss(_session) is { } loss) WriteWarning(loss);
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
