using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Host;

/// <summary>The call of a trial that didn't do what it should.</summary>
/// <param name="Text">The call and its result.</param>
/// <param name="Errno">Its errno, 0 where the call succeeded though it shouldn't, or where a look showed something else.</param>
internal sealed record ProbeFailure(string Text, int Errno)
{
    /// <summary>The first step of a plan that ran whose result isn't the one that was asked for.</summary>
    public static ProbeFailure? First(LaunchPlan plan, PlanMemory memory)
    {
        foreach (var step in plan.Steps)
        {
            var result = memory.Result(step);
            if (result is PlanFormat.NotReached or PlanFormat.Started) return new($"{Describe(step)} never returned", 0);
            if (result == PlanFormat.Skipped) continue;
            if (step.Expect != 0)
            {
                if (result == -step.Expect) continue;
                return result < 0 ? Failed(step, -result) : new($"{Describe(step)} returned {result} instead of {Native.Errno.Name(step.Expect)}", 0);
            }

            if (result < 0) return Failed(step, -result);
            if (step.ExpectResult is { } wanted && result != wanted) return new($"{Describe(step)} returned {result} instead of {wanted}", 0);
        }

        return null;
    }

    /// <summary>A row of it.</summary>
    public ProbeResult ToResult(string? remedy) => ProbeResult.No(Text, Errno, remedy);

    private static ProbeFailure Failed(PlanStep step, int errno) => new($"{Describe(step)}: {Native.Errno.Name(errno)}", errno);

    private static string Describe(PlanStep step) => $"{step.Call.Name}({string.Join(", ", step.Arguments.Select(a => a.Text))})".Replace("\n", "", StringComparison.Ordinal);
}
