using System.Globalization;

namespace Sandbox.Bench.Denials;

/// <summary>A way to observe denied calls.</summary>
internal sealed class DenialSubject(string name, Func<int, DenialRun> run)
{
    private readonly List<DenialRun> _runs = [];

    public string Name => name;

    public void Measure(int count) => _runs.Add(run(count));

    /// <summary>One row of the table: rates as median, latencies as the median of the runs.</summary>
    public string Row(int count)
    {
        var rate = Middle(_runs.Select(r => count / r.Seconds));
        var received = _runs[^1].Received is { } got ? string.Create(CultureInfo.InvariantCulture, $"{got} | {_runs[^1].Objects} | {_runs[^1].Counted}") : "– | – | –";
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {rate / 1000:0.0} | {Middle(_runs.Select(r => r.Median)) / 1000:0.00} | {Middle(_runs.Select(r => r.Percentile99)) / 1000:0.00} | {received} |");
    }

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
