using System.Buffers.Binary;
using System.Diagnostics;
using Sandbox.Runtime;

namespace Sandbox.Bench.Subjects;

/// <summary>The engine: plan, launch, every read-back, supervision, end of the tree.</summary>
internal sealed class EngineSubject(string name, HardeningProfile profile, Workplace place, string stamp) : Subject(name)
{
    private readonly LaunchRequest _true = place.Request(profile, Workplace.TrueProgram), _stamp = place.Request(profile, stamp);

    public override double RunWhole()
    {
        var begun = Stopwatch.GetTimestamp();
        var process = HardenedLauncher.Start(_true);
        process.Wait(Timeout.InfiniteTimeSpan);
        var whole = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        var missing = process.Outcome.Where(r => r.Requested && r.Status != OutcomeStatus.Applied).Select(r => r.Name);
        return process.ExitCode == 0 && !missing.Any() ? whole : throw new InvalidOperationException($"{Name}: exit code {process.ExitCode}, missing {string.Join(", ", missing)}");
    }

    public override double RunToMain()
    {
        var begun = Stopwatch.GetTimestamp();
        var process = HardenedLauncher.Start(_stamp);
        process.Wait(Timeout.InfiniteTimeSpan);
        return Stopwatch.GetElapsedTime(begun, BinaryPrimitives.ReadInt64LittleEndian(process.GetStandardOutputBytes())).TotalMilliseconds;
    }
}
