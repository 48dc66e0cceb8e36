using System.Diagnostics;
using Sandbox.Hardening;
using Sandbox.Runtime;

namespace Sandbox.Bench;

/// <summary>Launches per second, each to its end, from one process.</summary>
internal static class RateBench
{
    public static void Run(Report report, Workplace place, TimeSpan duration)
    {
        foreach (var profile in new[] { BuiltInProfiles.Standard, BuiltInProfiles.Strict })
        {
            foreach (var threads in new[] { 1, 4 }) report.Rate(profile.Name, threads, Measure(place.Request(profile, Workplace.TrueProgram), threads, duration));
        }
    }

    private static double Measure(LaunchRequest request, int threads, TimeSpan duration)
    {
        var launched = 0;
        var clock = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, threads).Select(n => new Thread(() =>
        {
            while (clock.Elapsed < duration)
            {
                HardenedLauncher.Start(request).Wait(Timeout.InfiniteTimeSpan);
                Interlocked.Increment(ref launched);
            }
        }) { Name = $"Sandbox.Bench.{n}" }).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return launched / clock.Elapsed.TotalSeconds;
    }
}
