namespace Sandbox.Seccomp;

/// <summary>What a program did with a call.</summary>
/// <param name="Value">The value that it returned.</param>
/// <param name="Executed">How many instructions it executed.</param>
public readonly record struct EmulationResult(uint Value, int Executed)
{
    /// <summary>What the kernel makes of the value.</summary>
    public SeccompDecision Decision => SeccompDecision.FromReturnValue(Value);
}
