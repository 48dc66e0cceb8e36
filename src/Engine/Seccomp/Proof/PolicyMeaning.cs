namespace Sandbox.Seccomp;

/// <summary>The sets of calls that a policy gives each decision, from the policy's own meaning.</summary>
internal sealed class PolicyMeaning(DecisionDiagram diagram, SymbolicWords words)
{
    private readonly Dictionary<SeccompDecision, List<int>> parts = [];

    public static Dictionary<SeccompDecision, int> Of(SeccompPolicy policy, DecisionDiagram diagram, SymbolicWords words)
    {
        var meaning = new PolicyMeaning(diagram, words);
        int listed = DecisionDiagram.Nothing;
        foreach (var architecture in policy.Architectures) listed = diagram.Or(listed, meaning.Add(policy, architecture));
        meaning.Add(new(SeccompAction.KillProcess), diagram.Not(listed));
        return meaning.parts.ToDictionary(part => part.Key, part => diagram.Or(part.Value));
    }

    // Returns all calls of the architecture.
    private int Add(SeccompPolicy policy, SeccompArchitecture architecture)
    {
        int ofArchitecture = diagram.And(words.Equal(words.Word(ClassicBpf.ArchitectureOffset), SeccompArchitectures.AuditArchitecture(architecture)), Numbers(architecture, diagram, words));
        var named = new List<int>();
        foreach (var entry in SyscallTable.For(architecture).Entries)
        {
            var rules = policy.RulesOf(architecture, entry.Number);
            if (rules.Count == 0) continue;
            int call = diagram.And(ofArchitecture, words.Equal(words.Word(ClassicBpf.NumberOffset), entry.Number));
            named.Add(call);
            Add(policy, rules, entry, call, architecture == SeccompArchitecture.S390X);
        }

        Add(policy.Default, diagram.And(ofArchitecture, diagram.Not(diagram.Or(named))));
        return ofArchitecture;
    }

    /// <summary>The numbers that belong to an architecture.</summary>
    public static int Numbers(SeccompArchitecture architecture, DecisionDiagram diagram, SymbolicWords words)
    {
        if (architecture is not (SeccompArchitecture.X86_64 or SeccompArchitecture.X32)) return DecisionDiagram.Everything;
        var number = words.Word(ClassicBpf.NumberOffset);
        int x32 = diagram.And(words.GreaterOrEqual(number, SeccompArchitectures.X32Bit), diagram.Not(words.Equal(number, uint.MaxValue)));
        return architecture == SeccompArchitecture.X32 ? x32 : diagram.Not(x32);
    }

    private void Add(SeccompPolicy policy, IReadOnlyList<SeccompRule> rules, SyscallEntry entry, int call, bool bigEndian)
    {
        foreach (var rule in rules.OrderByDescending(rule => rule.Action))
        {
            int holds = call;
            foreach (var condition in rule.Conditions) holds = diagram.And(holds, Holds(condition, entry.IsNarrow(condition.Index), bigEndian));
            Add(rule.Decision, holds);
            call = diagram.And(call, diagram.Not(holds));
        }

        Add(policy.Default, call);
    }

    private int Holds(SeccompCondition condition, bool narrow, bool bigEndian)
    {
        var argument = words.Argument(condition.Index, bigEndian, narrow);
        ulong value = narrow ? SeccompCondition.Narrow(condition.Value) : condition.Value;
        ulong valueTwo = narrow ? SeccompCondition.Narrow(condition.ValueTwo) : condition.ValueTwo;
        return condition.Operator switch
        {
            SeccompOperator.Equal => words.Equal(argument, value),
            SeccompOperator.NotEqual => diagram.Not(words.Equal(argument, value)),
            SeccompOperator.GreaterOrEqual => words.GreaterOrEqual(argument, value),
            SeccompOperator.Less => diagram.Not(words.GreaterOrEqual(argument, value)),
            SeccompOperator.Greater => diagram.And(words.GreaterOrEqual(argument, value), diagram.Not(words.Equal(argument, value))),
            SeccompOperator.LessOrEqual => diagram.Or(diagram.Not(words.GreaterOrEqual(argument, value)), words.Equal(argument, value)),
            _ => words.Equal([.. argument.Select((bit, index) => (value >> index & 1) != 0 ? bit : DecisionDiagram.Nothing)], valueTwo),
        };
    }

    private void Add(SeccompDecision decision, int set)
    {
        if (set == DecisionDiagram.Nothing) return;
        if (!parts.TryGetValue(decision, out var list)) parts[decision] = list = [];
        list.Add(set);
    }
}
