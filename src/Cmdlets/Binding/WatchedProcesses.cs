using System.Diagnostics;
using Sandbox.Denials;

namespace Sandbox.Cmdlets.Binding;

/// <summary>The processes of a watch.</summary>
internal static class WatchedProcesses
{
    /// <summary>Waits until all have ended, at most for what is left of the time.</summary>
    public static void AwaitEnds(IEnumerable<WatchedProcess> processes, TimeSpan? limit, Stopwatch watch, CancellationToken cancellation)
    {
        foreach (WatchedProcess process in processes)
        {
            TimeSpan left = limit is { } time ? time - watch.Elapsed : Timeout.InfiniteTimeSpan;
            if (limit is not null && left <= TimeSpan.Zero) return;
            if (process.Sandbox is { } sandbox) sandbox.Wait(left, cancellation);
            else ProcessWatch.AwaitEnd(process.Id, left, cancellation);
        }
    }
}
