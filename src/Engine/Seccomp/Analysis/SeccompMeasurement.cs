namespace Sandbox.Seccomp;

/// <summary>What a policy costs and what is questionable about it, measured on the program that it compiles to, or on another one.</summary>
/// <param name="Policy">Its name.</param>
/// <param name="Architectures">The architectures.</param>
/// <param name="DefaultAction">What happens to calls that no rule names.</param>
/// <param name="Rules">How many rules it has.</param>
/// <param name="AllowedSyscalls">Calls of the first architecture that are allowed whatever their arguments.</param>
/// <param name="CheckedSyscalls">Calls of the first architecture that are allowed for some arguments.</param>
/// <param name="CachedSyscalls">Calls of the first architecture for which the kernel doesn't run the program (seccomp_cache_prepare).</param>
/// <param name="Instructions">The length of the program.</param>
/// <param name="LongestPath">The most instructions that one call can execute.</param>
/// <param name="LongestNamePath">The most that a call executes which is decided without a look at its arguments.</param>
/// <param name="CompileTime">How long the compilation took; null for a program that was given.</param>
/// <param name="Findings">What lint found, the worst first.</param>
public sealed record SeccompMeasurement(
    string Policy, IReadOnlyList<SeccompArchitecture> Architectures, SeccompDecision DefaultAction, int Rules, int AllowedSyscalls, int CheckedSyscalls,
    int CachedSyscalls, int Instructions, int LongestPath, int LongestNamePath, TimeSpan? CompileTime, IReadOnlyList<SeccompFinding> Findings)
{
    /// <summary>Measures a policy on the program that it compiles to.</summary>
    public static SeccompMeasurement Of(SeccompPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        var program = SeccompCompiler.Compile(policy);
        return Of(policy, program, System.Diagnostics.Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Measures a program that was compiled elsewhere for a policy.</summary>
    public static SeccompMeasurement Of(SeccompPolicy policy, SeccompProgram program)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(program);
        return Of(policy, program, null);
    }

    private static SeccompMeasurement Of(SeccompPolicy policy, SeccompProgram program, TimeSpan? time)
    {
        var first = policy.Architectures[0];
        var fates = SyscallTable.For(first).Entries.Select(entry => CallFate.Of(policy, first, entry.Name)!.Value).ToArray();
        return new(policy.Name, policy.Architectures, policy.Default, policy.Rules.Count, fates.Count(fate => fate.Always), fates.Count(fate => fate.Depends),
            ConstantAllow.Count(program, first), program.Count, program.LongestPath, program.LongestNamePath, time,
            ValueList<SeccompFinding>.Of([.. SeccompLint.Check(policy), .. SeccompLint.Check(program, policy)]));
    }
}
