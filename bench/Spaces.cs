using System.Globalization;
using Tmds.Linux;

namespace Sandbox.Bench;

/// <summary>Network namespaces that the bench makes. They and what runs in them are gone at the end, also where a measurement fails or is interrupted.</summary>
internal sealed class Spaces : IDisposable
{
    private readonly List<string> _made = [];

    public Spaces() => AppDomain.CurrentDomain.ProcessExit += Exit;

    public void Make(string name)
    {
        Tool.Run("ip", "netns", "add", name);
        lock (_made) _made.Add(name);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Exit;
        lock (_made)
        {
            foreach (var name in _made) Remove(name);
            _made.Clear();
        }
    }

    private void Exit(object? sender, EventArgs e) => Dispose();

    private static void Remove(string name)
    {
        foreach (var pid in Tool.Run("ip", "netns", "pids", name).Split('\n', StringSplitOptions.RemoveEmptyEntries)) _ = LibC.kill(int.Parse(pid, CultureInfo.InvariantCulture), 9);
        Tool.Run("ip", "netns", "del", name);
    }
}
