using System.Diagnostics;

namespace Sandbox.Bench;

/// <summary>The time between marks, collected by the name of the mark that ends it.</summary>
internal sealed class Stages
{
    private readonly Dictionary<string, Samples> _samples = [];
    private readonly Samples _whole = new();
    private long _begun, _last;

    /// <summary>In the order in which the stages first came.</summary>
    public IReadOnlyDictionary<string, Samples> All => _samples;

    public Samples Whole => _whole;

    public void Begin() => _begun = _last = Stopwatch.GetTimestamp();

    public void Mark(string name)
    {
        var now = Stopwatch.GetTimestamp();
        if (!_samples.TryGetValue(name, out var samples)) _samples.Add(name, samples = new());
        samples.Add(Stopwatch.GetElapsedTime(_last, now).TotalMilliseconds);
        _last = Stopwatch.GetTimestamp();
    }

    /// <summary>Leaves out what came since the last mark.</summary>
    public void Restart() => _last = Stopwatch.GetTimestamp();

    public void End() => _whole.Add(Stopwatch.GetElapsedTime(_begun).TotalMilliseconds);
}
