using System.Globalization;

namespace Sandbox.Bench.Denials;

/// <summary>What one run of the program that makes denied calls told, and what its observer received.</summary>
/// <param name="Seconds">How long all calls took.</param>
/// <param name="Median">Nanoseconds of a call.</param>
/// <param name="Percentile99">The same at the 99th percentile.</param>
/// <param name="Received">Denials that the observer got; null where there is none.</param>
/// <param name="Counted">Denials that it knows to be lost.</param>
/// <param name="Objects">Objects or lines for them.</param>
internal sealed record DenialRun(double Seconds, double Median, double Percentile99, long? Received, long Counted, long Objects)
{
    public static DenialRun Parse(string output, long? received, long counted, long objects)
    {
        var words = output.Split(' ', StringSplitOptions.TrimEntries);
        if (words.Length != 3) throw new InvalidOperationException($"The program that makes denied calls wrote '{output}'.");
        double Number(int at) => double.Parse(words[at], CultureInfo.InvariantCulture);
        return new(Number(0), Number(1), Number(2), received, counted, objects);
    }
}
