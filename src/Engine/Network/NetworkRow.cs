using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>The outcome rows of a sandbox's network.</summary>
internal static class NetworkRow
{
    public static HardeningOutcome Judge(string name, bool confirmed, string detail) => confirmed
        ? new() { Name = name, Requested = true, Status = OutcomeStatus.Applied, Detail = detail }
        : new() { Name = name, Requested = true, Status = OutcomeStatus.Failed, Detail = $"read back: {detail}", Remedy = "Another program changes this machine's network at the same time (a network manager, a firewall): keep it from interfaces named sbx* and tables named sandbox-*." };

    /// <summary>The rows of a network that was taken away, since not all of it was in force: what failed comes first, and its remedy is that of the others.</summary>
    public static IReadOnlyList<HardeningOutcome> TakenAway(IReadOnlyList<HardeningOutcome> rows)
    {
        var failed = rows.Where(r => r.Requested && r.Status != OutcomeStatus.Applied).ToArray();
        return [.. failed.Concat(rows.Except(failed)).Select(r => !r.Requested ? r : r with
        {
            Status = OutcomeStatus.Failed,
            Detail = $"{r.Detail}; the network was taken away, since {(failed.Contains(r) ? "this" : failed[0].Name)} wasn't in force",
            Remedy = r.Remedy ?? failed[0].Remedy,
        })];
    }

    public static HardeningOutcome NotRequested(string name, string detail) => new() { Name = name, Requested = false, Status = OutcomeStatus.Skipped, Detail = detail };

    public static HardeningOutcome Failed(string name, Exception e) => new()
    {
        Name = name,
        Requested = true,
        Status = OutcomeStatus.Failed,
        Detail = e.Message,
        Errno = e is ErrnoException failed ? failed.Errno : 0,
        ErrnoName = e is ErrnoException named ? Errno.Name(named.Errno) : null,
        Syscall = e is ErrnoException call ? call.Call : null,
        Remedy = e is ErrnoException { Errno: Errno.EROFS } ? "/proc/sys is mounted read-only, as in a container: run it with --privileged, or use -Network None." : (e as SandboxException)?.Remedy ?? "-Network None runs without a network, -BestEffort runs and says what is missing.",
    };
}
