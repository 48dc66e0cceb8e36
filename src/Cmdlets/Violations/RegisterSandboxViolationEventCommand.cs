using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Events;
using Sandbox.Violations;

namespace Sandbox.Cmdlets;

/// <summary>Subscribes to refused operations as events of PowerShell's queue.</summary>
[Cmdlet(VerbsLifecycle.Register, "SandboxViolationEvent", DefaultParameterSetName = "Process")]
[OutputType(typeof(PSEventJob))]
public sealed class RegisterSandboxViolationEventCommand : WatchEventCmdlet<SandboxViolation>
{
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
    protected override string GetSourceObjectEventName() => nameof(SandboxViolationFeed.Violated);

    private protected override WatchFeed<SandboxViolation> Open()
    {
        var watch = ViolationWatches.Of(Process, CgroupPath, All) with { Errnos = Errno, Categories = Category, Source = Source };
        var feed = new SandboxViolationFeed(ViolationSessions.Open(watch));
        WriteVerbose($"Source {feed.Session.Source}: {feed.Session.Detail}.");
        foreach (var warning in ViolationWatches.Warnings(feed.Session, watch)) WriteWarning(warning);
        return feed;
    }
}
