using System.Management.Automation;
using Microsoft.PowerShell.Commands;
using Sandbox.Cmdlets.Binding;
using Sandbox.Violations;

namespace Sandbox.Cmdlets;

/// <summary>Subscribes to refused operations as events of PowerShell's queue.</summary>
[Cmdlet(VerbsLifecycle.Register, "SandboxViolationEvent", DefaultParameterSetName = "Process")]
[OutputType(typeof(PSEventJob))]
public sealed class RegisterSandboxViolationEventCommand : ObjectEventRegistrationBase
{
    private SandboxViolationFeed? _feed;

    /// <summary>The processes, with all that they start.</summary>
    [Parameter(ParameterSetName = "Process", Mandatory = true, Position = 0)]
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

    /// <inheritdoc/>
    protected override object GetSourceObject()
    {
        try
        {
            var watch = ViolationWatches.Of(Process, CgroupPath, All) with { Errnos = Errno, Categories = Category, Source = Source };
            _feed = new(ViolationSessions.Open(watch));
            WriteVerbose($"Source {_feed.Session.Source}: {_feed.Session.Detail}.");
            foreach (var warning in ViolationWatches.Warnings(_feed.Session, watch)) WriteWarning(warning);
            return _feed;
        }
        catch (SandboxException e)
        {
            ThrowTerminatingError(ErrorMap.ToRecord(e, null));
            throw;
        }
    }

    /// <inheritdoc/>
    protected override string GetSourceObjectEventName() => nameof(SandboxViolationFeed.Violated);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            base.EndProcessing();
        }
        catch
        {
            _feed?.Dispose();
            throw;
        }

        if (_feed is { } feed && Events.Subscribers.LastOrDefault(s => s.SourceObject == feed) is { } subscriber)
        {
            subscriber.Unsubscribed += (_, _) => feed.Dispose();
            feed.Start(); // only now: no violation comes before its handler
        }
        else
        {
            _feed?.Dispose();
        }
    }
}
