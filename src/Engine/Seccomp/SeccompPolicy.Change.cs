using Sandbox.Native;

namespace Sandbox.Seccomp;

public sealed partial record SeccompPolicy
{
    /// <summary>A policy that allows calls whatever their arguments, and else is the same.</summary>
    /// <param name="names">Names or <c>@sets</c>.</param>
    public SeccompPolicy Allow(IEnumerable<string> names) => With(names, new(SeccompAction.Allow));

    /// <summary>A policy that refuses calls with EPERM whatever their arguments, and else is the same.</summary>
    /// <param name="names">Names or <c>@sets</c>.</param>
    public SeccompPolicy Deny(IEnumerable<string> names) => With(names, new(SeccompAction.Errno, Native.Errno.EPERM));

    /// <summary>
    /// A copy for a supervisor: everything that is refused or logged is Notify instead, but for a fixed ENOSYS answer, which tells a library to use
    /// an older call and is no event. Where another rule refuses the same call that is asked too, since in a filter a fixed errno would win
    /// over the notification for a kill, or for an errno of an earlier rule. The supervisor answers as <see cref="Decide(uint, uint, ReadOnlySpan{ulong})"/> of this policy says.
    /// </summary>
    public SeccompPolicy ForObservation()
    {
        var asked = SeccompSets.Expand(Rules.Where(rule => IsEvent(rule.Decision)).SelectMany(rule => rule.Names)).ToHashSet(StringComparer.Ordinal);
        var rules = Rules.Select(rule => IsEvent(rule.Decision) || (rule.Decision.Refuses && SeccompSets.Expand(rule.Names).Any(asked.Contains)) ? rule.With(decision: new(SeccompAction.Notify)) : rule);
        return Copy(rules: rules, defaultDecision: IsEvent(Default) ? new(SeccompAction.Notify) : Default);
    }

    /// <summary>What it means for one architecture that it lists: the calls of the others are killed.</summary>
    internal SeccompPolicy For(SeccompArchitecture architecture) =>
        Copy(rules: Rules.Where(rule => rule.IsFor(architecture)).Select(rule => rule.With(everywhere: true)), architectures: [architecture]);

    /// <summary>A copy with other parts.</summary>
    public SeccompPolicy Copy(string? name = null, IEnumerable<SeccompRule>? rules = null, SeccompDecision? defaultDecision = null,
        IEnumerable<SeccompArchitecture>? architectures = null, SeccompFilterFlags? flags = null, string? description = null,
        IEnumerable<SeccompJustification>? justifications = null)
    {
        var decision = defaultDecision ?? Default;
        return new(name ?? Name, decision.Action, rules ?? Rules, decision.Action is SeccompAction.Errno or SeccompAction.Trace ? decision.Errno : null,
            architectures ?? Architectures, flags ?? Flags, description ?? Description, ListenerPath, ListenerMetadata, justifications ?? Justifications);
    }

    /// <summary>Whether a decision is worth a report: what is refused or logged, but not a fixed ENOSYS answer.</summary>
    internal static bool IsEvent(SeccompDecision decision) =>
        decision.Action != SeccompAction.Allow && decision != new SeccompDecision(SeccompAction.Errno, Native.Errno.ENOSYS);

    // The names leave every rule that has them (sets are expanded where a part of them goes), so that nothing harsher is left.
    private SeccompPolicy With(IEnumerable<string> names, SeccompDecision decision)
    {
        string[] given = [.. names];
        if (given.Length == 0) return this;
        CheckNames(given, Name);
        var taken = SeccompSets.Expand(given).ToHashSet(StringComparer.Ordinal);
        var rules = new List<SeccompRule>();
        foreach (var rule in Rules)
        {
            if (!SeccompSets.Expand(rule.Names).Any(taken.Contains))
            {
                rules.Add(rule);
                continue;
            }

            var left = SeccompSets.Expand(rule.Names).Where(name => !taken.Contains(name)).ToArray();
            if (left.Length > 0) rules.Add(rule.With(left));
        }

        if (decision != Default) rules.Add(new(given, decision.Action, decision.Action == SeccompAction.Errno ? decision.Errno : null));
        return Copy(rules: rules);
    }
}
