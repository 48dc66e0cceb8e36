namespace Sandbox.Runtime;

/// <summary>The hardened processes of this session: the running ones, and the last ended ones.</summary>
public static class SandboxRegistry
{
    private const int MostEnded = 64;
    private static readonly Lock Gate = new();
    private static readonly List<(HardenedProcess Process, SandboxSupervisor Supervisor)> Known = [];

    /// <summary>All that are known, oldest first.</summary>
    public static IReadOnlyList<HardenedProcess> All
    {
        get
        {
            lock (Gate) return [.. Known.Select(k => k.Process)];
        }
    }

    /// <summary>Kills every running one, and returns when nothing of them is left. A session that ends does so too, for up to 5 seconds.</summary>
    public static void StopAll() => SessionEnd.Stop(Running(), Timeout.InfiniteTimeSpan);

    internal static void Add(HardenedProcess process, SandboxSupervisor supervisor)
    {
        lock (Gate) Known.Add((process, supervisor));
        supervisor.Ended = Trim;
        SessionEnd.Watch(Running);
    }

    private static IReadOnlyList<SandboxSupervisor> Running()
    {
        lock (Gate) return [.. Known.Where(k => !k.Process.HasExited).Select(k => k.Supervisor)];
    }

    // Ended ones hold their output; only so many are kept.
    private static void Trim()
    {
        lock (Gate)
        {
            var ended = Known.Where(k => k.Process.HasExited).ToArray();
            foreach (var old in ended.Take(Math.Max(0, ended.Length - MostEnded))) Known.Remove(old);
        }
    }
}
