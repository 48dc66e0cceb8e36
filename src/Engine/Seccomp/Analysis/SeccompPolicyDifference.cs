namespace Sandbox.Seccomp;

/// <summary>A system call for which two policies, or a policy and a program, decide differently, with a call that shows it.</summary>
/// <param name="Syscall">Its name; <c>(unnamed)</c> for numbers without one, <c>(all)</c> where all calls of the architecture differ so.</param>
/// <param name="Architecture">Its architecture; null for one without a table.</param>
/// <param name="Reference">What the first side does with the call.</param>
/// <param name="Difference">What the second side does with it.</param>
/// <param name="EveryArgument">Whether both sides decide so whatever the arguments are.</param>
/// <param name="Call">The witness; it can be replayed.</param>
public sealed record SeccompPolicyDifference(
    string Syscall, SeccompArchitecture? Architecture, SeccompDecision Reference, SeccompDecision Difference, bool EveryArgument, SeccompCall Call)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Call}: {Reference}, but {Difference}";
}
