namespace Sandbox.Capture;

/// <summary>The captures of this session: the running ones, and the last ended ones.</summary>
public static class PacketCaptures
{
    private const int MostEnded = 64;
    private static readonly Lock Gate = new();
    private static readonly List<PacketCapture> Known = [];
    private static bool _watchesExit;

    /// <summary>All that are known, oldest first.</summary>
    public static IReadOnlyList<PacketCapture> All
    {
        get
        {
            lock (Gate) return [.. Known];
        }
    }

    internal static void Add(PacketCapture capture)
    {
        lock (Gate)
        {
            var ended = Known.Where(c => c.State != PacketCaptureState.Running).ToArray();
            foreach (var old in ended.Take(Math.Max(0, ended.Length - MostEnded))) Known.Remove(old);
            Known.Add(capture);
            if (_watchesExit) return;
            _watchesExit = true;
            // The last packets and the statistics of a session that ends while it captures.
            AppDomain.CurrentDomain.ProcessExit += (_, _) =>
            {
                foreach (var running in All) running.Dispose();
            };
        }
    }
}
