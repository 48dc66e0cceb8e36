using System.Globalization;
using Sandbox.Bench.Subjects;

namespace Sandbox.Bench;

/// <summary>Writes the results to the standard output as markdown.</summary>
internal sealed class Report(string who)
{
    public string Who => who;

    public void Launches(int rounds, IReadOnlyList<Subject> subjects, Subject floor, Subject peer)
    {
        Section($"Launch latency as {who}, {rounds} interleaved rounds, ms", "| | whole run: min | median | p95 | to first instruction: min | median | p95 | median whole / floor | / bwrap |", "|---|---|---|---|---|---|---|---|---|");
        foreach (var s in subjects) Line($"| {s.Name} | {Cells(s.Whole)} | {Cells(s.ToMain)} | {Number(s.Whole.Median / floor.Whole.Median)} | {Number(s.Whole.Median / peer.Whole.Median)} |");
    }

    public void Stages(string title, Stages stages, bool whole = true)
    {
        Section($"{title}, as {who}, ms", "| Stage | min | median | p95 |", "|---|---|---|---|");
        foreach (var (name, samples) in stages.All) Line($"| {name} | {Cells(samples)} |");
        if (whole) Line($"| **whole** | {Cells(stages.Whole)} |");
    }

    public void Cmdlet(string profile, Samples engine, Samples cmdlet)
    {
        Section($"Start-HardenedProcess -Wait against the engine, {profile}, as {who}, ms", "| | min | median | p95 |", "|---|---|---|---|");
        Line($"| engine | {Cells(engine)} |");
        Line($"| cmdlet | {Cells(cmdlet)} |");
        Line($"| difference | {Number(cmdlet.Least - engine.Least)} | {Number(cmdlet.Median - engine.Median)} | {Number(cmdlet.Percentile95 - engine.Percentile95)} |");
    }

    public void Rate(string profile, int threads, double perSecond) => Line($"- {profile}, {threads} thread(s), as {who}: {perSecond.ToString("0", CultureInfo.InvariantCulture)} launches per second");

    public void FirstLaunch(string profile, Samples samples) => Line($"- {profile}: first launch of a fresh process, as {who}: min {Number(samples.Least)}, median {Number(samples.Median)} ms");

    public void Memory(string profile, int count, double? reaper, double managed, double descriptors) =>
        Line(string.Create(CultureInfo.InvariantCulture, $"- {profile}, {count} live, as {who}: reaper {(reaper is { } bytes ? $"{bytes / 1024:0.0} KiB (PSS)" : "not readable by its own user")}, managed heap {managed / 1024:0.0} KiB, {descriptors:0.0} descriptors, each"));

    public static void Section(string title, params string[] lines) => Line($"\n### {title}\n\n{string.Join('\n', lines)}");

    public static void Line(string text) => Console.WriteLine(text);

    private static string Cells(Samples s) => $"{Number(s.Least)} | {Number(s.Median)} | {Number(s.Percentile95)}";

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
