using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Denials;
using Sandbox.Events;

namespace Sandbox.Cmdlets;

/// <summary>Subscribes to denied system calls as events of PowerShell's queue.</summary>
[Cmdlet(VerbsLifecycle.Register, "SeccompDenialEvent", DefaultParameterSetName = "Process")]
[OutputType(typeof(PSEventJob))]
public sealed class RegisterSeccompDenialEventCommand : WatchEventCmdlet<SeccompDenial>
{
    /// <summary>The processes of a pid namespace, by its number.</summary>
    [Parameter(ParameterSetName = "PidNamespace", Mandatory = true)]
    [PidNamespaceTransformation]
    public ulong PidNamespace { get; set; }

    /// <summary>Where denials are taken from.</summary>
    [Parameter]
    public SeccompDenialSource Source { get; set; }

    /// <inheritdoc/>
    protected override string GetSourceObjectEventName() => nameof(SeccompDenialFeed.Denied);

    private protected override WatchFeed<SeccompDenial> Open() => new SeccompDenialFeed(DenialSessions.Open(DenialWatches.Of(Process, CgroupPath, PidNamespace, All, Source)));
}
