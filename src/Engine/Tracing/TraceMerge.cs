namespace Sandbox.Tracing;

/// <summary>Counts of several traces as those of one.</summary>
internal static class TraceMerge
{
    /// <summary>One count for each architecture and call, in their order.</summary>
    public static SyscallCount[] Of(IEnumerable<SyscallCount> counts) =>
        [.. counts.GroupBy(c => (c.Architecture, c.Syscall)).Select(g => g.Aggregate(Two)).OrderBy(c => c.Architecture, StringComparer.Ordinal).ThenBy(c => c.Syscall)];

    private static SyscallCount Two(SyscallCount first, SyscallCount second) => first with
    {
        Name = first.Name ?? second.Name,
        Count = first.Count + second.Count,
        Denied = first.Denied + second.Denied,
        Errno = second.Errno ?? first.Errno,
        // What one of them didn't record may have been anything.
        Arguments = first.Arguments.Keys.Intersect(second.Arguments.Keys).ToDictionary(i => i, IReadOnlyList<ulong>? (i) => Union(first.Arguments[i], second.Arguments[i])),
    };

    private static ulong[]? Union(IReadOnlyList<ulong>? first, IReadOnlyList<ulong>? second)
    {
        if (first is null || second is null) return null;
        ulong[] all = [.. first.Union(second).Order()];
        return all.Length > TraceTable.MostValues ? null : all;
    }
}
