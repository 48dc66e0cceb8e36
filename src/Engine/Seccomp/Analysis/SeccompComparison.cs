using MeaningOf = System.Func<Sandbox.Seccomp.DecisionDiagram, Sandbox.Seccomp.SymbolicWords, System.Collections.Generic.Dictionary<Sandbox.Seccomp.SeccompDecision, int>>;

namespace Sandbox.Seccomp;

/// <summary>
/// Where two sides differ, call by call. It is exact: a call that isn't listed is decided alike for all arguments. For each system
/// call and pair of decisions there is one difference; all numbers without a name count as one.
/// </summary>
public static class SeccompComparison
{
    /// <summary>The differences of two policies.</summary>
    public static IReadOnlyList<SeccompPolicyDifference> Compare(SeccompPolicy reference, SeccompPolicy difference) =>
        Compare((diagram, words) => PolicyMeaning.Of(reference, diagram, words), (diagram, words) => PolicyMeaning.Of(difference, diagram, words));

    /// <summary>The differences of a policy and a program.</summary>
    public static IReadOnlyList<SeccompPolicyDifference> Compare(SeccompPolicy reference, SeccompProgram difference) =>
        Compare((diagram, words) => PolicyMeaning.Of(reference, diagram, words), (diagram, words) => ProgramMeaning.Of(difference, diagram, words));

    private static List<SeccompPolicyDifference> Compare(MeaningOf first, MeaningOf second)
    {
        var diagram = new DecisionDiagram(SeccompProver.NodeLimit);
        var words = new SymbolicWords(diagram);
        var reference = first(diagram, words);
        var difference = second(diagram, words);
        var found = new List<SeccompPolicyDifference>();
        foreach (var (decision, calls) in reference)
        {
            foreach (var (other, otherCalls) in difference.Where(part => part.Key != decision))
            {
                int both = diagram.And(calls, otherCalls);
                while (both != DecisionDiagram.Nothing)
                {
                    var witness = SymbolicWords.Call(diagram.AnyElement(both));
                    int like = Like(witness, diagram, words);
                    bool every = diagram.And(like, diagram.Not(both)) == DecisionDiagram.Nothing;
                    found.Add(new(witness.Name ?? "(unnamed)", witness.Architecture, decision, other, every, witness));
                    both = diagram.And(both, diagram.Not(like));
                }
            }
        }

        return [.. found.OrderBy(each => each.Architecture).ThenBy(each => each.Syscall, StringComparer.Ordinal)];
    }

    // All calls of the witness's number, or of all numbers without a name that its architecture has, or of all foreign architectures.
    private static int Like(SeccompCall witness, DecisionDiagram diagram, SymbolicWords words)
    {
        var arch = words.Word(ClassicBpf.ArchitectureOffset);
        var number = words.Word(ClassicBpf.NumberOffset);
        if (witness.Architecture is not { } architecture)
        {
            int known = diagram.Or([.. Enum.GetValues<SeccompArchitecture>().Select(each => words.Equal(arch, SeccompArchitectures.AuditArchitecture(each)))]);
            return diagram.Not(known);
        }

        int own = words.Equal(arch, witness.AuditArchitecture);
        if (witness.Name is not null) return diagram.And(own, words.Equal(number, witness.Number));
        int named = diagram.Or([.. SyscallTable.For(architecture).Entries.Select(entry => words.Equal(number, entry.Number))]);
        return diagram.And(diagram.And(own, PolicyMeaning.Numbers(architecture, diagram, words)), diagram.Not(named));
    }
}
