using System.Diagnostics;

namespace Sandbox.Violations;

/// <summary>
/// The causes found in the last hundredth of a second. A cause is looked for after its call in any case; where a program makes the same
/// call again and again, looking anew for each would only lose some of them. Used by one thread.
/// </summary>
internal sealed class RecentCauses
{
    private const int Most = 256;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(10);
    private readonly Dictionary<Call, ViolationCause> _known = [];
    private long _since;

    public ViolationCause Find(ViolationFacts facts, HardenedProcess? sandbox)
    {
        if (_known.Count >= Most || Stopwatch.GetElapsedTime(_since) > Window)
        {
            _known.Clear();
            _since = Stopwatch.GetTimestamp();
        }

        var call = Call.Of(facts);
        if (!_known.TryGetValue(call, out var cause)) _known.Add(call, cause = CauseFinder.Find(facts, sandbox));
        return cause;
    }

    // All that a cause may depend on and the call tells.
    private readonly record struct Call(int Process, int Thread, int Number, int Architecture, int Errno, Registers Arguments, string? Path, string? Destination, string? Address, Caller Caller)
    {
        public static Call Of(ViolationFacts facts) => new(facts.Process, facts.Thread, facts.SyscallNumber, (int)facts.Architecture, facts.Errno, new(facts.Arguments[0], facts.Arguments[1], facts.Arguments[2],
            facts.Arguments[3], facts.Arguments[4], facts.Arguments[5]), facts.Path, facts.Destination, facts.Address, new(facts.User, facts.EffectiveUser, facts.FileUser, facts.FileGroup, facts.Capabilities, facts.Filters,
            facts.UserNamespace, facts.MountNamespace));
    }

    private readonly record struct Registers(ulong A, ulong B, ulong C, ulong D, ulong E, ulong F);

    private readonly record struct Caller(uint User, uint EffectiveUser, uint FileUser, uint FileGroup, ulong Capabilities, int Filters, uint UserNamespace, uint MountNamespace);
}
