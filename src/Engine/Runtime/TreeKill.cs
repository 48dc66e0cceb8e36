using Sandbox.Denials;
using Sandbox.Native;

namespace Sandbox.Runtime;

/// <summary>Kills what is below a process that nobody else ends: without a pid namespace the kernel lets it go on when the process ends.</summary>
internal static class TreeKill
{
    private const int MostPasses = 64; // of a tree that grows faster than it is killed

    /// <summary>Kills every descendant of a child of ours that nobody has reaped; who has the signal starts nobody any more.</summary>
    public static void Below(int root)
    {
        var proc = new ProcTree();
        HashSet<int> before = [];
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var found = Descendants(proc, root);
            foreach (var pid in found) Kill(proc, pid, parent => parent == root || found.Contains(parent));
            // One whose parent ends while it is looked for may be missed, since it falls to the root: the next pass finds it there.
            if (found.SetEquals(before)) return;
            before = found;
        }
    }

    private static HashSet<int> Descendants(ProcTree proc, int root)
    {
        HashSet<int> found = [];
        for (var open = new Queue<int>([root]); open.TryDequeue(out var pid);)
        {
            var children = new List<int>();
            proc.TryChildren(pid, children);
            foreach (var child in children.Where(found.Add)) open.Enqueue(child);
        }

        return found;
    }

    // The number may be another's by now; what the handle is of is not.
    private static void Kill(ProcTree proc, int pid, Func<int, bool> isParent)
    {
        using var handle = PidFd.TryOpen(pid);
        if (handle is null || proc.Stat(pid) is not { } stat || !isParent(stat.Parent)) return;
        try
        {
            PidFd.Signal(handle, 9);
        }
        catch (ErrnoException e) when (e.Errno == Errno.EPERM)
        {
            // One that runs as somebody else, by a set-user-ID program: nothing here may end it.
        }
    }
}
