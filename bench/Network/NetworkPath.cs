using System.Globalization;

namespace Sandbox.Bench.Network;

/// <summary>A way from a client to a server.</summary>
/// <param name="name">Its name in the table.</param>
/// <param name="enter">What starts a program in the namespace of the client.</param>
/// <param name="address">The server, as the client reaches it.</param>
/// <param name="against">What it is measured against; null for what others are.</param>
/// <param name="byPasta">Whether pasta makes its connections, of which some versions lose bytes: that is measured. Elsewhere it ends the bench.</param>
internal sealed class NetworkPath(string name, string[] enter, string address, NetworkPath? against, bool byPasta = false)
{
    private const string Port = "5001", Seconds = "1", Exchanges = "5000";
    private readonly List<double> _rates = [];
    private readonly List<double[]> _exchanges = [];
    private int _incomplete;

    /// <summary>One round of sending, whose end says how many bytes came, and one of exchanges.</summary>
    public void Measure(string stream)
    {
        var sent = Client(stream, "send", Seconds);
        if (sent[0] != sent[2])
        {
            if (!byPasta) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{name}: {sent[2]} bytes were sent, {sent[0]} came."));
            _incomplete++;
        }

        _rates.Add(sent[0] * 8 / sent[1] / 1e9);
        _exchanges.Add(Client(stream, "echo", Exchanges));
    }

    public string Row()
    {
        var (rates, middles) = (Of(_rates), Of(_exchanges.Select(e => e[1])));
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {rates.Least:0.00} | {rates.Median:0.00} | {_rates.Max():0.00} | {Ratio(p => p._rates)} | {_incomplete} of {_rates.Count} | {_exchanges.Min(e => e[0]):0.0} | {middles.Median:0.0} | {Of(_exchanges.Select(e => e[2])).Median:0.0} | {Ratio(p => [.. p._exchanges.Select(e => e[1])])} |");
    }

    // Round by round, so that what slows a whole round slows both.
    private string Ratio(Func<NetworkPath, List<double>> of) =>
        against is null ? "–" : Of(of(this).Zip(of(against), (own, other) => own / other)).Median.ToString("0.00", CultureInfo.InvariantCulture);

    private double[] Client(string stream, string mode, string amount) =>
        [.. Tool.Run([.. enter, stream, mode, address, Port, amount]).Split(' ').Select(w => double.Parse(w, CultureInfo.InvariantCulture))];

    private static Samples Of(IEnumerable<double> values)
    {
        var samples = new Samples();
        foreach (var value in values) samples.Add(value);
        return samples;
    }
}
