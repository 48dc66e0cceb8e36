namespace Sandbox.Cmdlets.Tests.Violations;

/// <summary>What of eBPF this process holds: programs, maps, links. The classes of the collection "violations" run one after the other.</summary>
internal static class Attached
{
    public static int Count() => Directory.GetFiles("/proc/self/fd").Count(file =>
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: false)?.FullName.Contains("anon_inode:bpf", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false; // it was closed meanwhile
        }
    });
}
