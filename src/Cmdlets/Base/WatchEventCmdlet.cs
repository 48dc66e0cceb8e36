using System.Management.Automation;
using Microsoft.PowerShell.Commands;
using Sandbox.Cmdlets.Binding;
using Sandbox.Events;

namespace Sandbox.Cmdlets.Base;

/// <summary>
/// A watch whose objects become events of PowerShell's queue. Its parameters stand in <see cref="WatchCmdlet{T}"/> too: PowerShell's own
/// base class has to be this one's.
/// </summary>
public abstract class WatchEventCmdlet<T> : ObjectEventRegistrationBase
{
    private WatchFeed<T>? _feed;

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

    /// <summary>Every process.</summary>
    [Parameter(ParameterSetName = "All", Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <inheritdoc/>
    protected override object GetSourceObject()
    {
        try
        {
            return _feed = Open();
        }
        catch (SandboxException e)
        {
            ThrowTerminatingError(ErrorMap.ToRecord(e, null));
            throw;
        }
    }

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
            feed.Start(); // only now: nothing comes before its handler
        }
        else
        {
            _feed?.Dispose();
        }
    }

    /// <summary>Opens the watch.</summary>
    private protected abstract WatchFeed<T> Open();
}
