namespace Sandbox.Seccomp;

/// <summary>
/// Lays a graph out as instructions. Jumps only go forward, so it writes from the last instruction to the first: where a target is
/// further than the 255 instructions of a conditional jump, a copy of a return or a long jump goes in between.
/// </summary>
internal sealed class BpfLayout(BpfGraph graph)
{
    private readonly List<SockFilter> reversed = [];
    private readonly Dictionary<int, int> positions = [];

    /// <summary>The instructions; with the checks of arguments behind everything else if they are given.</summary>
    public static IReadOnlyList<SockFilter> Layout(BpfGraph graph, int root, IReadOnlyList<int> last)
    {
        var layout = new BpfLayout(graph);
        foreach (int id in last) layout.Emit(id);
        layout.Emit(root);
        layout.reversed.Reverse();
        return layout.reversed;
    }

    // After its targets (post-order); a stack of our own, since a chain of conditions can be long.
    private void Emit(int root)
    {
        var stack = new Stack<(int Id, bool TargetsDone)>();
        stack.Push((root, false));
        while (stack.TryPop(out var item))
        {
            if (positions.ContainsKey(item.Id)) continue;
            var node = graph[item.Id];
            if (item.TargetsDone || node.True < 0)
            {
                Write(item.Id, node);
                if (reversed.Count > 16 * ClassicBpf.MaximumInstructions) return; // refused by SeccompProgram; no need to go on
                continue;
            }

            stack.Push((item.Id, true));
            stack.Push((node.True, false)); // written last, so that it comes next
            if (node.False >= 0) stack.Push((node.False, false));
        }
    }

    private void Write(int id, BpfGraph.Node node)
    {
        if (node.True < 0)
        {
            reversed.Add(new(node.Code, 0, 0, node.K));
        }
        else if (node.False < 0)
        {
            if (Skip(node.True) != 0) BringNear(node.True);
            reversed.Add(new(node.Code, 0, 0, node.K));
        }
        else
        {
            while (Skip(node.True) > byte.MaxValue || Skip(node.False) > byte.MaxValue)
            {
                BringNear(Skip(node.True) > byte.MaxValue ? node.True : node.False);
            }

            reversed.Add(new(node.Code, (byte)Skip(node.True), (byte)Skip(node.False), node.K));
        }

        positions[id] = reversed.Count - 1;
    }

    private int Skip(int target) => reversed.Count - positions[target] - 1;

    private void BringNear(int target)
    {
        var node = graph[target];
        reversed.Add(node.True < 0 ? new(node.Code, 0, 0, node.K) : new(ClassicBpf.JumpAlways, 0, 0, (uint)Skip(target)));
        positions[target] = reversed.Count - 1;
    }
}
