using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;
using Sandbox.Denials;
using Sandbox.Events;

namespace Sandbox.Cmdlets;

/// <summary>Streams denied system calls as they happen.</summary>
[Cmdlet(VerbsCommon.Watch, "SeccompDenial", DefaultParameterSetName = "Process")]
[OutputType(typeof(SeccompDenial))]
public sealed class WatchSeccompDenialCommand : WatchCmdlet<SeccompDenial>
{
    /// <summary>The processes of a pid namespace, by its number.</summary>
    [Parameter(ParameterSetName = "PidNamespace", Mandatory = true)]
    [PidNamespaceTransformation]
    public ulong PidNamespace { get; set; }

    /// <summary>Where denials are taken from.</summary>
    [Parameter]
    public SeccompDenialSource Source { get; set; }

    private protected override (WatchSession<SeccompDenial> Session, string Source, IEnumerable<string> Warnings) Open(IReadOnlyList<WatchedProcess> processes)
    {
        var session = DenialSessions.Open(DenialWatches.Of(processes, CgroupPath, PidNamespace, All, Source));
        return (session, session.Source.ToString(), []);
    }

    private protected override string? Loss(WatchSession<SeccompDenial> session) =>
        session is SeccompDenialSession { Lost: > 0 } lossy ? $"{lossy.Lost}{(lossy.LossKnown ? "" : " or more")} denials were lost on the way." : null;
}
