using System.Diagnostics;
using System.Globalization;

namespace Sandbox.Bench.Network;

/// <summary>A way to give a waiting target a network, and to take it away.</summary>
internal sealed class SetUpSubject(string name, Action up, Action down)
{
    public string Name => name;

    public Samples Up { get; } = new();

    public Samples Down { get; } = new();

    /// <summary>One round; what is checked in between, and after it, isn't timed.</summary>
    public void Measure(bool counts, Action works, Action isGone)
    {
        var (made, removed) = (Timed(up), 0.0);
        try
        {
            works();
        }
        finally
        {
            removed = Timed(down);
        }

        isGone();
        if (!counts) return;
        Up.Add(made);
        Down.Add(removed);
    }

    /// <summary>Two tables of what was measured; the first is ours.</summary>
    public static void Tables(string title, int rounds, IReadOnlyList<SetUpSubject> subjects)
    {
        Table($"{title}, set up", rounds, subjects, s => s.Up);
        Table("The same, removed", rounds, subjects, s => s.Down);
    }

    private static void Table(string title, int rounds, IReadOnlyList<SetUpSubject> subjects, Func<SetUpSubject, Samples> of)
    {
        Report.Section($"{title}: {rounds} interleaved rounds, ms", "| | min | median | p95 | median / ours |", "|---|---|---|---|---|");
        foreach (var subject in subjects)
        {
            var samples = of(subject);
            Report.Line(string.Create(CultureInfo.InvariantCulture, $"| {subject.Name} | {samples.Least:0.0} | {samples.Median:0.0} | {samples.Percentile95:0.0} | {samples.Median / of(subjects[0]).Median:0.00} |"));
        }
    }

    private static double Timed(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalMilliseconds;
    }
}
