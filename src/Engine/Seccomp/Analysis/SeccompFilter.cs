namespace Sandbox.Seccomp;

/// <summary>A filter that is in force in a thread.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="ThreadId">The thread; threads of one process can have different filters.</param>
/// <param name="Index">0 is the newest. A call takes the harshest answer of all.</param>
/// <param name="Instructions">The length of the program.</param>
/// <param name="LongestPath">The most instructions that one call can execute.</param>
/// <param name="Log">Whether it was installed with SECCOMP_FILTER_FLAG_LOG.</param>
/// <param name="Program">The program, as the process installed it.</param>
/// <param name="Policy">The policy that it was compared with, or null.</param>
/// <param name="Differences">Where the program differs from it; null where none was asked for.</param>
public sealed record SeccompFilter(
    int ProcessId, int ThreadId, int Index, int Instructions, int LongestPath, bool Log, SeccompProgram Program, string? Policy, IReadOnlyList<SeccompPolicyDifference>? Differences)
{
    /// <summary>Whether the program means what the policy says; null where none was asked for.</summary>
    public bool? Matches => Differences is null ? null : Differences.Count == 0;
}
