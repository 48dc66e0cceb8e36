using System.Globalization;

namespace Sandbox.Bench.Network;

/// <summary>A way from a client to a server.</summary>
/// <param name="name">Its name in the table.</param>
/// <param name="space">The namespace of the client.</param>
/// <param name="address">The server, as the client reaches it.</param>
/// <param name="against">What it is measured against; null for what others are.</param>
internal sealed class NetworkPath(string name, string space, string address, NetworkPath? against)
{
    private const string Port = "5001", Seconds = "1", Exchanges = "5000";
    private readonly List<double> _rates = [];
    private readonly List<double[]> _exchanges = [];

    /// <summary>One round of sending, and one of exchanges. The program checks that every byte came.</summary>
    public void Measure(string stream)
    {
        var sent = Client(stream, "send", Seconds);
        _rates.Add(sent[0] * 8 / sent[1] / 1e9);
        _exchanges.Add(Client(stream, "echo", Exchanges));
    }

    public string Row()
    {
        var (rates, middles) = (Of(_rates), Of(_exchanges.Select(e => e[1])));
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {rates.Least:0.00} | {rates.Median:0.00} | {_rates.Max():0.00} | {Ratio(p => p._rates)} | {_exchanges.Min(e => e[0]):0.0} | {middles.Median:0.0} | {Of(_exchanges.Select(e => e[2])).Median:0.0} | {Ratio(p => [.. p._exchanges.Select(e => e[1])])} |");
    }

    // Round by round, so that what slows a whole round slows both.
    private string Ratio(Func<NetworkPath, List<double>> of) =>
        against is null ? "–" : Of(of(this).Zip(of(against), (own, other) => own / other)).Median.ToString("0.00", CultureInfo.InvariantCulture);

    private double[] Client(string stream, string mode, string amount) =>
        [.. Tool.Run("ip", "netns", "exec", space, stream, mode, address, Port, amount).Split(' ').Select(w => double.Parse(w, CultureInfo.InvariantCulture))];

    private static Samples Of(IEnumerable<double> values)
    {
        var samples = new Samples();
        foreach (var value in values) samples.Add(value);
        return samples;
    }
}
