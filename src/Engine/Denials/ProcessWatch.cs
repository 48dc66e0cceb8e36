using System.Diagnostics;
using Sandbox.Native;

namespace Sandbox.Denials;

/// <summary>The end of a process that isn't ours.</summary>
public static class ProcessWatch
{
    private const int Step = 50;

    /// <summary>Waits until a process has ended; false where the time or the cancellation came first.</summary>
    public static bool AwaitEnd(int processId, TimeSpan timeout, CancellationToken cancellation)
    {
        using var process = PidFd.TryOpen(processId);
        if (process is null) return true;
        var watch = Stopwatch.StartNew();
        while (!cancellation.IsCancellationRequested && (timeout == Timeout.InfiniteTimeSpan || watch.Elapsed < timeout))
        {
            if (Readiness.Await(process, Step)) return true;
        }

        return false;
    }
}
