namespace Sandbox.Runtime;

/// <summary>The hardened processes of this session: the running ones, and the last ended ones.</summary>
public static class SandboxRegistry
{
    private const int MostEnded = 64;
    private static readonly Lock Gate = new();
    private static readonly List<HardenedProcess> Known = [];

    /// <summary>All that are known, oldest first.</summary>
    public static IReadOnlyList<HardenedProcess> All
    {
        get
        {
            lock (Gate) return [.. Known];
        }
    }

    /// <summary>Kills every running one; for the end of a session.</summary>
    public static void StopAll()
    {
        foreach (var process in All.Where(p => !p.HasExited)) process.Stop(TimeSpan.Zero);
    }

    internal static void Add(HardenedProcess process, SandboxSupervisor supervisor)
    {
        lock (Gate) Known.Add(process);
        supervisor.Ended = Trim;
    }

    // Ended ones hold their output; only so many are kept.
    private static void Trim()
    {
        lock (Gate)
        {
            var ended = Known.Where(p => p.HasExited).ToArray();
            foreach (var old in ended.Take(Math.Max(0, ended.Length - MostEnded))) Known.Remove(old);
        }
    }
}
