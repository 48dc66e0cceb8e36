namespace Sandbox.Runtime;

/// <summary>The limits of a run that a cgroup enforces: made before the launch, joined at its gate, removed after its end.</summary>
#pragma warning disable CA1822
internal sealed class RunLimits
{
    public IEnumerable<HardeningOutcome> Apply(int targetPid)
    {
        _ = targetPid;
        return [];
    }

    public void Remove()
    {
    }

    public void Kill()
    {
    }

    public long OomKills => 0;

    public long? PeakMemory => null;
}
