namespace Sandbox.Seccomp;

/// <summary>
/// Decides whether two policies or programs mean the same for every call: all architectures, all 2³² numbers, all arguments.
/// The answer is exact. Where it would need too much memory or the program computes what isn't followed, that is the error
/// <c>SeccompProver,UNDECIDED</c>.
/// </summary>
public static class SeccompProver
{
    internal const int NodeLimit = 4_000_000;

    /// <summary>The differences between a policy and a program; none is a proof that they mean the same. One witness for each pair of decisions.</summary>
    public static IReadOnlyList<SeccompDifference> Differences(SeccompPolicy policy, SeccompProgram program) => Differences(
        (diagram, words) => PolicyMeaning.Of(policy, diagram, words), (diagram, words) => ProgramMeaning.Of(program, diagram, words));

    /// <summary>The differences between two policies.</summary>
    public static IReadOnlyList<SeccompDifference> Differences(SeccompPolicy first, SeccompPolicy second) => Differences(
        (diagram, words) => PolicyMeaning.Of(first, diagram, words), (diagram, words) => PolicyMeaning.Of(second, diagram, words));

    /// <summary>The differences between two programs.</summary>
    public static IReadOnlyList<SeccompDifference> Differences(SeccompProgram first, SeccompProgram second) => Differences(
        (diagram, words) => ProgramMeaning.Of(first, diagram, words), (diagram, words) => ProgramMeaning.Of(second, diagram, words));

    private static List<SeccompDifference> Differences(Func<DecisionDiagram, SymbolicWords, Dictionary<SeccompDecision, int>> first,
        Func<DecisionDiagram, SymbolicWords, Dictionary<SeccompDecision, int>> second)
    {
        var diagram = new DecisionDiagram(NodeLimit);
        var words = new SymbolicWords(diagram);
        var expected = first(diagram, words);
        var actual = second(diagram, words);
        var differences = new List<SeccompDifference>();
        foreach (var (decision, calls) in expected)
        {
            if (actual.TryGetValue(decision, out int same) && same == calls) continue;
            foreach (var (other, otherCalls) in actual)
            {
                if (other == decision) continue;
                int both = diagram.And(calls, otherCalls);
                if (both != DecisionDiagram.Nothing) differences.Add(new(SymbolicWords.Call(diagram.AnyElement(both)), decision, other));
            }
        }

        return differences;
    }
}
