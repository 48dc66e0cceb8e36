using Sandbox.Denials;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>Marks those who are there already. Who is marked hands that on to all that it starts, so a few looks find everyone.</summary>
internal static class TreeFollower
{
    private const int Passes = 16;

    /// <summary>The processes and all below them, until a look finds no one new.</summary>
    /// <param name="roots">Ids on the host; those that are gone are left out.</param>
    /// <param name="follow">Marks one thread; false where it is gone.</param>
    public static void Follow(IReadOnlyList<int> roots, Func<int, bool> follow)
    {
        var tree = new ProcTree();
        var known = new HashSet<int>();
        for (var pass = 0; pass < Passes; pass++)
        {
            var found = 0;
            foreach (var process in ProcessTree.Below(tree, roots))
            {
                foreach (var thread in tree.Threads(process))
                {
                    if (known.Add(thread) && follow(thread)) found++;
                }
            }

            if (found == 0) return;
        }
    }

    /// <summary>
    /// Hardened processes and any others. The orphans of a hardened one belong to the PID 1 of its namespace, which is our own launcher:
    /// so that one is looked below, and isn't marked itself.
    /// </summary>
    public static void Follow(IReadOnlyList<HardenedProcess> sandboxes, IReadOnlyList<int> others, Func<int, bool> follow)
    {
        var running = sandboxes.Where(s => !s.HasExited).ToArray();
        var inits = running.Select(s => s.InitId).Where(id => id > 0).ToHashSet();
        Follow([.. running.Select(s => s.Id).Concat(inits).Concat(others).Distinct()], thread => !inits.Contains(thread) && follow(thread));
    }

    /// <summary>A process that must be there.</summary>
    public static FileDescriptor Open(int process) => PidFd.TryOpen(process)
        ?? throw new SandboxException("SandboxViolation,NO_PROCESS", SandboxErrorKind.ObjectNotFound, $"There is no process {process}.", "Get-Process lists them.");
}
