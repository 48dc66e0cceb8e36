using System.Diagnostics;

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

    private static double Timed(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalMilliseconds;
    }
}
