using System.Diagnostics;

namespace Sandbox.Runtime;

/// <summary>
/// The end of a session, by itself or by a signal. The kernel ends the trees that it leaves behind, but the networks of these are on the
/// host: they go while there is still somebody to take them away. What takes too long, and what SIGKILL leaves, is the next import's.
/// </summary>
internal static class SessionEnd
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static int _watched;

    /// <summary>Watches for it, from the first call on.</summary>
    public static void Watch(Func<IReadOnlyList<SandboxSupervisor>> running)
    {
        if (Interlocked.Exchange(ref _watched, 1) != 0) return;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop(running(), Patience);
        EndingSignal.Watch(() => Stop(running(), Patience));
    }

    /// <summary>Kills all of them, and waits for their ends, for as long as <paramref name="most"/> in all.</summary>
    public static void Stop(IReadOnlyList<SandboxSupervisor> running, TimeSpan most)
    {
        var watch = Stopwatch.StartNew();
        var killed = running.Where(TryKill).ToArray();
        foreach (var supervisor in killed)
        {
            var left = most == Timeout.InfiniteTimeSpan ? most : most - watch.Elapsed;
            supervisor.Wait(left >= TimeSpan.Zero || left == Timeout.InfiniteTimeSpan ? left : TimeSpan.Zero, CancellationToken.None);
        }
    }

    // One whose loop can't be woken keeps nobody else from being ended, nor the session from its end.
    private static bool TryKill(SandboxSupervisor supervisor)
    {
        try
        {
            supervisor.Kill();
            return true;
        }
        catch (Exception e) when (e is SandboxException or ObjectDisposedException)
        {
            return false;
        }
    }
}
