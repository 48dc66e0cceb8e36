using System.Runtime.InteropServices;

namespace Sandbox.Seccomp;

/// <summary>
/// Reduced ordered binary decision diagrams (Bryant, 1986): a set of calls as a function of the bits of struct seccomp_data. Equal
/// sets are one node, so that equality is decided and not searched for.
/// </summary>
internal sealed class DecisionDiagram(int limit)
{
    public const int Nothing = 0, Everything = 1;
    private const int Terminal = int.MaxValue;

    private readonly List<(int Variable, int Low, int High)> nodes = [(Terminal, 0, 0), (Terminal, 1, 1)];
    private readonly Dictionary<(int, int, int), int> unique = [];
    private readonly Dictionary<(int, int, int), int> results = [];

    public int Count => nodes.Count;

    public int Variable(int variable) => Make(variable, Nothing, Everything);

    public int Not(int a) => Xor(a, Everything);

    public int And(int a, int b)
    {
        if (a == Nothing || b == Nothing) return Nothing;
        if (a == Everything || a == b) return b;
        return b == Everything ? a : Apply(0, a, b);
    }

    public int Or(int a, int b)
    {
        if (a == Everything || b == Everything) return Everything;
        if (a == Nothing || a == b) return b;
        return b == Nothing ? a : Apply(1, a, b);
    }

    public int Xor(int a, int b)
    {
        if (a == b) return Nothing;
        if (a == Nothing) return b;
        return b == Nothing ? a : Apply(2, a, b);
    }

    /// <summary>The union of many, in pairs, so that no large one is copied for each small one.</summary>
    public int Or(IReadOnlyList<int> sets)
    {
        if (sets.Count == 0) return Nothing;
        var level = sets.ToList();
        while (level.Count > 1)
        {
            var next = new List<int>((level.Count + 1) / 2);
            for (int i = 0; i < level.Count; i += 2) next.Add(i + 1 < level.Count ? Or(level[i], level[i + 1]) : level[i]);
            level = next;
        }

        return level[0];
    }

    /// <summary>The variables that are true in one element of a set that isn't empty; the others may be false.</summary>
    public List<int> AnyElement(int set)
    {
        var found = new List<int>();
        while (set > Everything)
        {
            var (variable, low, high) = nodes[set];
            if (low != Nothing) set = low;
            else (set, _) = (high, Add(variable));
        }

        return found;

        int Add(int variable)
        {
            found.Add(variable);
            return variable;
        }
    }

    private int Apply(int operation, int a, int b)
    {
        if (a > b) (a, b) = (b, a); // all three commute
        if (results.TryGetValue((operation, a, b), out int known)) return known;
        var (variableA, lowA, highA) = nodes[a];
        var (variableB, lowB, highB) = nodes[b];
        int variable = Math.Min(variableA, variableB);
        var (la, ha) = variableA == variable ? (lowA, highA) : (a, a);
        var (lb, hb) = variableB == variable ? (lowB, highB) : (b, b);
        int result = operation switch
        {
            0 => Make(variable, And(la, lb), And(ha, hb)),
            1 => Make(variable, Or(la, lb), Or(ha, hb)),
            _ => Make(variable, Xor(la, lb), Xor(ha, hb)),
        };
        results[(operation, a, b)] = result;
        return result;
    }

    private int Make(int variable, int low, int high)
    {
        if (low == high) return low;
        ref int id = ref CollectionsMarshal.GetValueRefOrAddDefault(unique, (variable, low, high), out bool exists);
        if (exists) return id;
        if (nodes.Count >= limit)
        {
            throw new SandboxException("SeccompProver,UNDECIDED", SandboxErrorKind.ResourceUnavailable,
                $"The proof needs more than {limit} nodes; the prover can't decide about this program.",
                "Test single calls with the emulator instead, or prove a policy with fewer conditions on several arguments of one call.");
        }

        id = nodes.Count;
        nodes.Add((variable, low, high));
        return id;
    }
}
