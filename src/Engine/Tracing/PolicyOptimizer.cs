using Sandbox.Runtime;
using Sandbox.Seccomp;

namespace Sandbox.Tracing;

/// <summary>Drops from a policy what a workload doesn't need: by running it under the policy, and again under the result.</summary>
public static class PolicyOptimizer
{
    private const int MostTries = 6;

    /// <summary>
    /// Runs the workload of a request under a policy and makes the smaller one. The result refuses whatever the policy refuses, as it does,
    /// which is proven for every call and argument; and the workload ends under it as under the policy.
    /// </summary>
    /// <param name="request">The workload, with its policy; without one, its profile's.</param>
    /// <param name="runs">How many runs to learn from: a workload that doesn't do the same each time needs several.</param>
    /// <param name="withArguments">Whether arguments that select what a call does are held to the values that were seen.</param>
    /// <param name="cancellation">Ends the run that is going on.</param>
    public static PolicyOptimization Optimize(LaunchRequest request, int runs, bool withArguments, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var policy = request.SeccompPolicy ?? (request.Profile.SeccompPolicy is { } name ? BuiltInPolicies.Get(name) : null)
            ?? throw Bad("NO_POLICY", $"The profile '{request.Profile.Name}' has no seccomp policy to optimize.", "Give -SeccompPolicy.");
        // What the profile allows and refuses beyond it is part of what is made smaller.
        policy = policy.Allow(request.Profile.AllowSyscalls).Deny(request.Profile.DenySyscalls);
        request = request with { Profile = request.Profile with { AllowSyscalls = [], DenySyscalls = [] } };
        var file = request.TracePath ?? Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var counts = new List<SyscallCount>();
            HardenedProcess? first = null;
            for (var i = 0; i < runs; i++)
            {
                var run = Run(request with { SeccompPolicy = policy, TracePath = file }, cancellation);
                first ??= run;
                if (!Same(first, run)) throw Bad("UNSTEADY", $"The workload doesn't end the same each time: {Ending(first)}, then {Ending(run)}.", "Give a workload that does.");
                counts.AddRange(run.GetSyscallCounts());
            }

            return Confirm(request, policy, first!, runs, counts, withArguments, file, cancellation);
        }
        finally
        {
            if (request.TracePath is null) File.Delete(file);
        }
    }

    private static PolicyOptimization Confirm(LaunchRequest request, SeccompPolicy policy, HardenedProcess first, int runs, List<SyscallCount> counts, bool withArguments, string file, CancellationToken cancellation)
    {
        for (var tries = 1; tries <= MostTries; tries++)
        {
            var result = Smaller(policy, TraceMerge.Of(counts), withArguments);
            var run = Run(request with { SeccompPolicy = result, TracePath = file }, cancellation);
            if (Same(first, run) && !NewDenials(policy, run).Any())
            {
                CheckProof(policy, result);
                return new(policy, result, runs + tries, first.ExitCode);
            }

            // What it called this time and not before is needed too, where the policy allows it.
            var missing = NewDenials(policy, run).Select(Made).ToArray();
            if (missing.Length == 0) throw Bad("DIFFERENT_END", $"The workload ended as {Ending(first)} under '{policy.Name}' and as {Ending(run)} under the smaller policy, without a denial that explains it.", "Give a workload that ends the same each time, or more -Runs.");
            counts.AddRange(run.GetSyscallCounts());
            counts.AddRange(missing);
        }

        throw Bad("UNSTEADY", $"After {MostTries} runs the workload still makes calls that it didn't make before.", "Give more -Runs, or a workload that does the same each time.");
    }

    private static SeccompPolicy Smaller(SeccompPolicy policy, IReadOnlyList<SyscallCount> counts, bool withArguments)
    {
        var needed = TracePolicy.Of(policy.Name, counts, includeDenied: false, withArguments, apart: false);
        return SeccompMerge.Merge([policy, needed], SeccompMergeMode.Intersection, policy.Name).Copy(description: policy.Description);
    }

    private static IEnumerable<SeccompDenial> NewDenials(SeccompPolicy policy, HardenedProcess run) =>
        run.GetDenials().Where(d => policy.Decide(d.AuditArchitecture, (uint)d.SyscallNumber, [.. d.Arguments]).Passes);

    private static SyscallCount Made(SeccompDenial denial) => new() { Architecture = denial.Architecture, Syscall = denial.SyscallNumber, Name = denial.Entry?.Name, Count = 1 };

    private static void CheckProof(SeccompPolicy policy, SeccompPolicy result)
    {
        if (SeccompProver.Differences(policy, SeccompCompiler.Compile(result)).FirstOrDefault(d => d.Actual.Action < d.Expected.Action) is { } wider)
        {
            throw Bad("NOT_SMALLER", $"The smaller policy would answer {wider.Call} by {wider.Actual} and not {wider.Expected}.", "Please report it with the policy.");
        }
    }

    private static HardenedProcess Run(LaunchRequest request, CancellationToken cancellation)
    {
        var process = HardenedLauncher.Start(request);
        try
        {
            process.Wait(Timeout.InfiniteTimeSpan, cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Stop(TimeSpan.Zero, cancellation: CancellationToken.None);
            throw;
        }

        if (process.TimedOut) throw Bad("TIMED_OUT", $"The workload did not end within {request.Profile.Timeout} s.", "Raise -Timeout, or give a workload that ends.");
        return process;
    }

    private static bool Same(HardenedProcess first, HardenedProcess second) => (first.ExitCode, first.Signal) == (second.ExitCode, second.Signal);

    private static string Ending(HardenedProcess process) => process.Signal ?? $"exit code {process.ExitCode}";

    private static SandboxException Bad(string reason, string message, string remedy) => new("OptimizeSeccompPolicy," + reason, SandboxErrorKind.InvalidOperation, message, remedy);
}
