using MeaningOf = System.Func<Sandbox.Seccomp.DecisionDiagram, Sandbox.Seccomp.SymbolicWords, System.Collections.Generic.Dictionary<Sandbox.Seccomp.SeccompDecision, int>>;

namespace Sandbox.Seccomp;

/// <summary>
/// Where two sides differ, call by call. It is exact: a call that isn't listed is decided alike for all arguments. For each system
/// call and pair of decisions there is one difference; all numbers without a name count as one, and so does an architecture of which
/// all calls differ alike.
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
                    var (name, like) = Like(witness, both, diagram, words);
                    found.Add(new(name, witness.Architecture, decision, other, Contains(both, like, diagram), witness));
                    both = diagram.And(both, diagram.Not(like));
                }
            }
        }

        return [.. found.OrderBy(each => each.Architecture).ThenBy(each => each.Syscall, StringComparer.Ordinal)];
    }

    // The calls that one difference stands for: all of an architecture, where they are alike, or those of one number.
    private static (string Name, int Calls) Like(SeccompCall witness, int both, DecisionDiagram diagram, SymbolicWords words)
    {
        var arch = words.Word(ClassicBpf.ArchitectureOffset);
        if (witness.Architecture is not { } architecture)
        {
            return ("(all)", diagram.Not(diagram.Or([.. Enum.GetValues<SeccompArchitecture>().Select(each => words.Equal(arch, SeccompArchitectures.AuditArchitecture(each)))])));
        }

        int own = diagram.And(words.Equal(arch, witness.AuditArchitecture), PolicyMeaning.Numbers(architecture, diagram, words));
        if (Contains(both, own, diagram)) return ("(all)", own);
        var number = words.Word(ClassicBpf.NumberOffset);
        if (witness.Name is { } name) return (name, diagram.And(own, words.Equal(number, witness.Number)));
        int named = diagram.Or([.. SyscallTable.For(architecture).Entries.Select(entry => words.Equal(number, entry.Number))]);
        return ("(unnamed)", diagram.And(own, diagram.Not(named)));
    }

    private static bool Contains(int set, int part, DecisionDiagram diagram) => diagram.And(part, diagram.Not(set)) == DecisionDiagram.Nothing;
}
