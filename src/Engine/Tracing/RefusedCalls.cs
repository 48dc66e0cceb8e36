using Sandbox.Denials;

namespace Sandbox.Tracing;

/// <summary>What the filter of a process refused since this was made: such calls don't come as far as where the kernel counts.</summary>
internal sealed class RefusedCalls(DenialHub hub)
{
    private readonly Dictionary<(string, int, string), long> _before = hub.Counts.ToDictionary(Key, c => c.Count);

    public IEnumerable<SyscallCount> Counts => from count in hub.Counts
                                               where count.Number >= 0 && count.Action is not "Log"
                                               let now = count.Count - _before.GetValueOrDefault(Key(count))
                                               where now > 0
                                               select new SyscallCount
                                               {
                                                   Architecture = count.Architecture,
                                                   Syscall = count.Number,
                                                   Name = count.Syscall.StartsWith('#') ? null : count.Syscall,
                                                   Count = now,
                                                   Denied = now,
                                                   Errno = ErrnoOf(count.Action),
                                               };

    private static (string, int, string) Key(SeccompDenialCount count) => (count.Architecture, count.Number, count.Action);

    private static int? ErrnoOf(string action) =>
        action.StartsWith("Errno(", StringComparison.Ordinal) && Native.Errno.TryParse(action[6..^1], out var errno) ? errno : null;
}
