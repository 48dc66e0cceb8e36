namespace Sandbox.Tracing;

/// <summary>Counts of several traces as those of one.</summary>
internal static class TraceMerge
{
    /// <summary>One count for each architecture and call, in their order.</summary>
    public static SyscallCount[] Of(IEnumerable<SyscallCount> counts) =>
        [.. counts.GroupBy(c => (c.Architecture, c.Syscall)).Select(g => g.Aggregate(Two)).OrderBy(c => c.Architecture, StringComparer.Ordinal).ThenBy(c => c.Syscall)];

    /// <summary>The counts of one call as one.</summary>
    public static SyscallCount Two(SyscallCount first, SyscallCount second) => first with
    {
        Name = first.Name ?? second.Name,
        Count = Sum(first.Count, second.Count),
        Denied = Sum(first.Denied, second.Denied),
        Errno = second.Errno ?? first.Errno,
        Arguments = Both(first, second),
    };

    private static long Sum(long first, long second) => first > long.MaxValue - second ? long.MaxValue : first + second;

    // What one of them made and didn't record may have been anything; one whose calls were all refused says nothing.
    private static IReadOnlyDictionary<int, IReadOnlyList<ulong>?> Both(SyscallCount first, SyscallCount second)
    {
        if (first.Count == first.Denied) return second.Arguments;
        if (second.Count == second.Denied) return first.Arguments;
        return first.Arguments.Keys.Intersect(second.Arguments.Keys).ToDictionary(i => i, IReadOnlyList<ulong>? (i) => Union(first.Arguments[i], second.Arguments[i]));
    }

    private static ulong[]? Union(IReadOnlyList<ulong>? first, IReadOnlyList<ulong>? second)
    {
        if (first is null || second is null) return null;
        ulong[] all = [.. first.Union(second).Order()];
        return all.Length > TraceTable.MostValues ? null : all;
    }
}
