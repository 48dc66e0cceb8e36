using Sandbox.Native;

namespace Sandbox.Network;

/// <summary>The outcome rows of a sandbox's network.</summary>
internal static class NetworkRow
{
    public static HardeningOutcome Judge(string name, bool confirmed, string detail) => confirmed
        ? new() { Name = name, Requested = true, Status = OutcomeStatus.Applied, Detail = detail }
        : new() { Name = name, Requested = true, Status = OutcomeStatus.Failed, Detail = $"read back: {detail}", Remedy = "Another program changes this machine's network at the same time (a network manager, a firewall): keep it from interfaces named sbx* and tables named sandbox-*." };

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
