using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Completes decisions of a policy.</summary>
public sealed class DecisionCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string ToolTip)> Candidates =>
    [
        ("Allow", "the call happens"), ("Log", "the call happens and is logged"), ("Trace(0)", "a tracer decides"), ("Notify", "a supervisor decides"),
        ("Errno(EPERM)", "the call fails: Operation not permitted"), ("Errno(ENOSYS)", "the call fails: Function not implemented"),
        ("Trap", "SIGSYS"), ("KillThread", "the thread is killed"), ("KillProcess", "the process is killed"),
    ];
}
