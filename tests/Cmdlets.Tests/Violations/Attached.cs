namespace Sandbox.Cmdlets.Tests.Violations;

/// <summary>What of eBPF this process holds: programs, maps, links. The classes of the collection "violations" run one after the other.</summary>
internal static class Attached
{
    /// <summary>The count to begin with: none, once what the test before has left to background threads is closed.</summary>
    public static int Settled()
    {
        Assert.True(SpinWait.SpinUntil(() => Count() == 0, 10_000), "an earlier test has left something attached");
        return 0;
    }

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
