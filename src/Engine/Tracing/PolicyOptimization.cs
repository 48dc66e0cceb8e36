using Sandbox.Seccomp;

namespace Sandbox.Tracing;

/// <summary>What came of making a policy smaller.</summary>
/// <param name="Before">The policy.</param>
/// <param name="Policy">The smaller one, proven to allow no more.</param>
/// <param name="Runs">How often the workload was run, the confirming ones too.</param>
/// <param name="ExitCode">How it ended, each time.</param>
public sealed record PolicyOptimization(SeccompPolicy Before, SeccompPolicy Policy, int Runs, int? ExitCode)
{
    /// <summary>The calls of this machine's architecture that the policy may allow and the smaller one never does.</summary>
    public IReadOnlyList<string> Dropped => [.. Allowed(Before).Except(Allowed(Policy)).Order(StringComparer.Ordinal)];

    /// <summary>The calls that it still may allow.</summary>
    public IReadOnlyList<string> Kept => [.. Allowed(Policy).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public override string ToString() => $"{Policy.Name}: {Kept.Count} calls kept, {Dropped.Count} dropped, {Runs} runs";

    private static IEnumerable<string> Allowed(SeccompPolicy policy) => SyscallTable.For(SeccompArchitectures.Native).Entries
        .Where(entry => policy.RulesOf(SeccompArchitectures.Native, entry.Number) is var rules
            && (rules.Any(rule => rule.Decision.Passes) || (policy.Default.Passes && rules.All(rule => rule.Conditions.Count > 0)))).Select(entry => entry.Name);
}
