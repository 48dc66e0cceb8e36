namespace Sandbox.Bench;

/// <summary>Measured times of one subject, in milliseconds.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public int Count => _values.Count;

    public double Least => At(0);

    public double Median => At(0.5);

    public double Percentile95 => At(0.95);

    public void Add(double milliseconds) => _values.Add(milliseconds);

    // The nearest rank: a value that was measured, never one between two.
    private double At(double share)
    {
        if (_values.Count == 0) return double.NaN;
        var sorted = _values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
