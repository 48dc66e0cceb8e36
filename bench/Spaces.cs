using System.Globalization;
using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Sandbox.Bench;

/// <summary>Network namespaces that the bench makes. They and what runs in them are gone at the end, also where a measurement fails or is interrupted.</summary>
internal sealed class Spaces : IDisposable
{
    private readonly List<string> _made = [];

    // .NET 10 ends by these signals at once, without ProcessExit; after the handler it does so all the same.
    private readonly PosixSignalRegistration[] _signals;

    public Spaces() => _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, _ => Clear()))];

    public void Make(string name)
    {
        Tool.Run("ip", "netns", "add", name);
        lock (_made) _made.Add(name);
    }

    public void Dispose()
    {
        Clear();
        foreach (var signal in _signals) signal.Dispose();
    }

    private void Clear()
    {
        lock (_made)
        {
            foreach (var name in _made) Remove(name);
            _made.Clear();
        }
    }

    private static void Remove(string name)
    {
        foreach (var pid in Tool.Run("ip", "netns", "pids", name).Split('\n', StringSplitOptions.RemoveEmptyEntries)) _ = LibC.kill(int.Parse(pid, CultureInfo.InvariantCulture), 9);
        Tool.Run("ip", "netns", "del", name);
    }
}
