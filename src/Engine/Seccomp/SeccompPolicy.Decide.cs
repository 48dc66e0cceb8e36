namespace Sandbox.Seccomp;

public sealed partial record SeccompPolicy
{
    private static readonly SeccompDecision Killed = new(SeccompAction.KillProcess);

    /// <summary>
    /// What the policy says about one call, from its own meaning and not from a compiled program: so a supervisor, a test and the
    /// prover can judge by it.
    /// </summary>
    /// <param name="auditArchitecture">seccomp_data.arch.</param>
    /// <param name="number">seccomp_data.nr.</param>
    /// <param name="arguments">seccomp_data.args; missing ones count as 0.</param>
    public SeccompDecision Decide(uint auditArchitecture, uint number, ReadOnlySpan<ulong> arguments)
    {
        if (SeccompArchitectures.FromAudit(auditArchitecture, number) is not { } architecture || !Architectures.Contains(architecture)) return Killed;
        var (entry, rules) = evaluation.Value.Of(architecture, number);
        SeccompDecision? harshest = null;
        foreach (var rule in rules)
        {
            if ((harshest is null || rule.Action > harshest.Value.Action) && Holds(rule, entry, arguments)) harshest = rule.Decision;
        }

        return harshest ?? Default;
    }

    /// <summary>What the policy says about one call.</summary>
    public SeccompDecision Decide(SeccompCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Decide(call.AuditArchitecture, call.Number, [.. call.Arguments]);
    }

    /// <summary>What the policy says about one call of an architecture.</summary>
    public SeccompDecision Decide(SeccompArchitecture architecture, uint number, params ReadOnlySpan<ulong> arguments) =>
        Decide(SeccompArchitectures.AuditArchitecture(architecture), number, arguments);

    /// <summary>The rules that name a call, in the policy's order; none for a number without a name.</summary>
    internal IReadOnlyList<SeccompRule> RulesOf(SeccompArchitecture architecture, uint number) => evaluation.Value.Of(architecture, number).Rules;

    /// <summary>The index of the rule that decides a call, or null where the default action or the list of architectures does.</summary>
    internal int? DecidingRule(SeccompCall call)
    {
        if (call.Architecture is not { } architecture || !Architectures.Contains(architecture)) return null;
        var (entry, rules) = evaluation.Value.Of(architecture, call.Number);
        ulong[] arguments = [.. call.Arguments];
        // The sort is stable, as the first of equally harsh rules counts.
        var rule = rules.OrderByDescending(rule => rule.Action).FirstOrDefault(rule => Holds(rule, entry, arguments));
        return rule is null ? null : IndexOf(rule);
    }

    /// <summary>The index of this very rule, not of an equal one; -1 if it isn't there.</summary>
    internal int IndexOf(SeccompRule? rule)
    {
        int at = Rules.Count - 1;
        while (at >= 0 && !ReferenceEquals(Rules[at], rule)) at--;
        return at;
    }

    private static bool Holds(SeccompRule rule, SyscallEntry? entry, ReadOnlySpan<ulong> arguments)
    {
        foreach (var condition in rule.Conditions)
        {
            ulong argument = condition.Index < arguments.Length ? arguments[condition.Index] : 0;
            if (!condition.Holds(argument, entry!.IsNarrow(condition.Index))) return false;
        }

        return true;
    }

    // Which rules name which call, with the sets expanded; made once, since a supervisor asks for every notification.
    private sealed class Evaluation
    {
        private readonly Dictionary<string, List<SeccompRule>> byName = new(StringComparer.Ordinal);
        private readonly Dictionary<SeccompArchitecture, Dictionary<string, List<SeccompRule>>> scoped = [];

        public Evaluation(SeccompPolicy policy)
        {
            foreach (var rule in policy.Rules)
            {
                foreach (string name in SeccompSets.Expand(rule.Names))
                {
                    if (!byName.TryGetValue(name, out var list)) byName[name] = list = [];
                    list.Add(rule);
                }
            }

            if (policy.Rules.All(rule => rule.Architectures.Count == 0)) return;
            foreach (var architecture in policy.Architectures)
            {
                scoped[architecture] = byName.ToDictionary(pair => pair.Key, pair => pair.Value.Where(rule => rule.IsFor(architecture)).ToList(), StringComparer.Ordinal);
            }
        }

        public (SyscallEntry? Entry, IReadOnlyList<SeccompRule> Rules) Of(SeccompArchitecture architecture, uint number)
        {
            var entry = SyscallTable.For(architecture).Find(number);
            var names = scoped.GetValueOrDefault(architecture, byName);
            return (entry, entry is not null && names.TryGetValue(entry.Name, out var rules) ? rules : []);
        }
    }
}
