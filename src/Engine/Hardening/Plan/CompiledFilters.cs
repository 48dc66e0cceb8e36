using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Sandbox.Seccomp;

namespace Sandbox.Hardening;

/// <summary>
/// The filters of policies that were compiled before: the compiler takes longer than the rest of a plan. Policies are immutable and
/// compare by content; finding the same object again needs no comparison.
/// </summary>
internal static class CompiledFilters
{
    private const int Most = 64;
    private static readonly ConditionalWeakTable<SeccompPolicy, byte[]> ByObject = [];
    private static readonly ConcurrentDictionary<SeccompPolicy, byte[]> ByContent = new();

    /// <summary>The filter that tells a supervisor about every call.</summary>
    public static byte[] ForTrace { get; } = new SeccompProgram([new(ClassicBpf.Return, 0, 0, new SeccompDecision(SeccompAction.Notify).ReturnValue)], bigEndian: false).ToBytes();

    /// <summary>The filter that tells a supervisor about every call that the policy refuses.</summary>
    public static byte[] ForObservation(SeccompPolicy policy)
    {
        if (ByObject.TryGetValue(policy, out var known)) return known;
        if (ByContent.Count >= Most) ByContent.Clear();
        var filter = ByContent.GetOrAdd(policy, p => SeccompCompiler.CompileForObservation(p).ToBytes());
        ByObject.AddOrUpdate(policy, filter);
        return filter;
    }
}
