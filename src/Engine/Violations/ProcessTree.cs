using Sandbox.Denials;

namespace Sandbox.Violations;

/// <summary>Processes and all below them.</summary>
internal static class ProcessTree
{
    public static IEnumerable<int> Below(ProcTree tree, IReadOnlyList<int> roots)
    {
        var seen = new HashSet<int>(roots);
        var open = new Queue<int>(roots);
        Dictionary<int, List<int>>? all = null;
        while (open.TryDequeue(out var process))
        {
            yield return process;
            var children = new List<int>();
            if (all is null && !tree.TryChildren(process, children)) all = ByParent(tree);
            if (all is not null && all.TryGetValue(process, out var listed)) children = listed;
            foreach (var child in children.Where(seen.Add)) open.Enqueue(child);
        }
    }

    // Where the kernel doesn't list children.
    private static Dictionary<int, List<int>> ByParent(ProcTree tree)
    {
        var all = new Dictionary<int, List<int>>();
        foreach (var process in tree.Processes())
        {
            if (tree.Stat(process) is not { } stat) continue;
            if (!all.TryGetValue(stat.Parent, out var children)) all.Add(stat.Parent, children = []);
            children.Add(process);
        }

        return all;
    }
}
