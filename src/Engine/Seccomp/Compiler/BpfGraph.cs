namespace Sandbox.Seccomp;

/// <summary>
/// A program as a graph of decisions, built from its ends to its start. Equal nodes are one node, so that equal subprograms are
/// emitted once.
/// </summary>
internal sealed class BpfGraph
{
    private readonly Dictionary<Node, int> ids = [];
    private readonly List<Node> nodes = [];

    /// <summary>A node: its instruction, and the nodes that follow when true (or always) and when false.</summary>
    public readonly record struct Node(ushort Code, uint K, int True, int False);

    public Node this[int id] => nodes[id];

    public int Count => nodes.Count;

    public int Return(uint value) => Intern(new(ClassicBpf.Return, value, -1, -1));

    public int Jump(ushort code, uint k, int whenTrue, int whenFalse) =>
        whenTrue == whenFalse ? whenTrue : Intern(new(code, k, whenTrue, whenFalse));

    public int And(uint mask, int next) => Intern(new(ClassicBpf.And, mask, next, -1));

    /// <summary>Loads a word, unless what follows doesn't look at it.</summary>
    public int Load(uint offset, int next)
    {
        next = Loaded(next, offset);
        var node = nodes[next];
        return node.Code is ClassicBpf.Return or ClassicBpf.LoadWord ? next : Intern(new(ClassicBpf.LoadWord, offset, next, -1));
    }

    /// <summary>The same as a node where the word at an offset is in the accumulator already.</summary>
    public int Loaded(int id, uint offset)
    {
        var node = nodes[id];
        return node.Code switch
        {
            ClassicBpf.LoadWord when node.K == offset => node.True,
            ClassicBpf.JumpEqual or ClassicBpf.JumpGreater or ClassicBpf.JumpGreaterOrEqual or ClassicBpf.JumpSet =>
                Jump(node.Code, node.K, LoadedLeaf(node.True, offset), LoadedLeaf(node.False, offset)),
            _ => id,
        };
    }

    /// <summary>The nodes, from a root on, from which arguments are looked at.</summary>
    public IReadOnlyList<int> ArgumentChecks(int root)
    {
        var (found, seen, stack) = (new List<int>(), new HashSet<int>(), new Stack<int>([root]));
        while (stack.TryPop(out int id))
        {
            if (id < 0 || !seen.Add(id)) continue;
            var node = nodes[id];
            if (node.Code == ClassicBpf.LoadWord && node.K is not (ClassicBpf.NumberOffset or ClassicBpf.ArchitectureOffset)) found.Add(id);
            else foreach (int next in new[] { node.True, node.False }) stack.Push(next);
        }

        return found;
    }

    private int LoadedLeaf(int id, uint offset) => nodes[id] is { Code: ClassicBpf.LoadWord } node && node.K == offset ? node.True : id;

    private int Intern(Node node)
    {
        if (ids.TryGetValue(node, out int id)) return id;
        ids.Add(node, id = nodes.Count);
        nodes.Add(node);
        return id;
    }
}
