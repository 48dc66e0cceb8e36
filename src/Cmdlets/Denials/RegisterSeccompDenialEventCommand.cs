using System.Management.Automation;
using Microsoft.PowerShell.Commands;
using Sandbox.Cmdlets.Binding;
using Sandbox.Denials;

namespace Sandbox.Cmdlets;

/// <summary>Subscribes to denied system calls as events of PowerShell's queue.</summary>
[Cmdlet(VerbsLifecycle.Register, "SeccompDenialEvent", DefaultParameterSetName = "Process")]
[OutputType(typeof(PSEventJob))]
public sealed class RegisterSeccompDenialEventCommand : ObjectEventRegistrationBase
{
    private SeccompDenialFeed? _feed;

    /// <summary>The processes, with all that they start.</summary>
    [Parameter(ParameterSetName = "Process", Mandatory = true, Position = 0)]
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

    /// <inheritdoc/>
    protected override object GetSourceObject()
    {
        try
        {
            _feed = new(DenialSessions.Open(DenialWatches.Of(Process, CgroupPath, PidNamespace, All, Source)));
            return _feed;
        }
        catch (SandboxException e)
        {
            ThrowTerminatingError(ErrorMap.ToRecord(e, null));
            throw;
        }
    }

    /// <inheritdoc/>
    protected override string GetSourceObjectEventName() => nameof(SeccompDenialFeed.Denied);

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
            feed.Start(); // only now: no denial comes before its handler
        }
        else
        {
            _feed?.Dispose();
        }
    }
}
