using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Events;
using Sandbox.Violations;

namespace Sandbox.Cmdlets;

/// <summary>Streams refused operations as they happen, whoever refused them.</summary>
[Cmdlet(VerbsCommon.Watch, "SandboxViolation", DefaultParameterSetName = "Process")]
[OutputType(typeof(SandboxViolation))]
public sealed class WatchSandboxViolationCommand : WatchCmdlet<SandboxViolation>
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

    private protected override (WatchSession<SandboxViolation> Session, string Source, IEnumerable<string> Warnings) Open(IReadOnlyList<WatchedProcess> processes)
    {
        var watch = ViolationWatches.Of(processes, CgroupPath, All) with { Errnos = Errno, Categories = Category, Source = Source };
        var session = ViolationSessions.Open(watch);
        return (session, session.Source.ToString(), ViolationWatches.Warnings(session, watch));
    }

    private protected override string? Loss(WatchSession<SandboxViolation> session) => ViolationWatches.Loss((SandboxViolationSession)session);
}
