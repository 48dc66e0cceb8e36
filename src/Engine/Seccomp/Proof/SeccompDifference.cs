namespace Sandbox.Seccomp;

/// <summary>A call that two sides decide differently.</summary>
/// <param name="Call">The witness.</param>
/// <param name="Expected">What the first side decides (the policy, where one is a program).</param>
/// <param name="Actual">What the second side decides.</param>
public sealed record SeccompDifference(SeccompCall Call, SeccompDecision Expected, SeccompDecision Actual)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Call}: {Expected}, but {Actual}";
}
