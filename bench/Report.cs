using System.Globalization;

namespace Sandbox.Bench;

/// <summary>Writes markdown tables to the standard output.</summary>
internal sealed class Report(string who)
{
    public string Who => who;

    public void Stages(string title, Stages stages)
    {
        Line($"\n### {title}\n\n| Stage | min ms | median ms | p95 ms |\n|---|---|---|---|");
        foreach (var (name, samples) in stages.All) Line($"| {name} | {Cells(samples)} |");
        Line($"| **whole** | {Cells(stages.Whole)} |");
    }

    public static string Cells(Samples s) => string.Create(CultureInfo.InvariantCulture, $"{s.Least:0.000} | {s.Median:0.000} | {s.Percentile95:0.000}");

    public static void Line(string text) => Console.WriteLine(text);
}
