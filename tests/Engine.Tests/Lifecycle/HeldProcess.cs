using System.Globalization;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Lifecycle;

/// <summary>A process that the kernel holds back, as one that waits for a disk: in a frozen group of cgroup v1 not even SIGKILL ends it.</summary>
internal sealed class HeldProcess : IDisposable
{
    private readonly string _group;

    public HeldProcess(int pid)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var freezer = File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' ')).FirstOrDefault(f => f[^3] == "cgroup" && f[^1].Split(',').Contains("freezer"))?[4];
        Assert.SkipUnless(freezer is not null, "no freezer of cgroup v1");
        _group = $"{freezer}/sbt{Environment.ProcessId}-{pid}";
        Directory.CreateDirectory(_group);
        File.WriteAllText(_group + "/cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
        File.WriteAllText(_group + "/freezer.state", "FROZEN");
        Assert.True(ProcessState.Eventually(() => File.ReadAllText(_group + "/freezer.state") == "FROZEN\n"));
    }

    /// <summary>Lets it go on. It leaves the group with its end.</summary>
    public void Dispose()
    {
        File.WriteAllText(_group + "/freezer.state", "THAWED");
        Assert.True(ProcessState.Eventually(TryRemove), _group);
    }

    private bool TryRemove()
    {
        try
        {
            Directory.Delete(_group);
            return true;
        }
        catch (IOException)
        {
            return false; // EBUSY
        }
    }
}
