using System.Globalization;
using Sandbox.Hardening;

namespace Sandbox.Tests.Denials;

/// <summary>A cgroup for a test, in the first hierarchy of a type below the caller's own group.</summary>
internal sealed class MadeCgroup : IDisposable
{
    private static int _count;

    public MadeCgroup(string type = "cgroup2")
    {
        var hierarchy = CgroupLayout.Detect().Hierarchies.FirstOrDefault(h => h.IsUnified == (type == "cgroup2") && h.Key != "memory");
        Assert.SkipWhen(hierarchy is null, $"no {type} is mounted");
        var name = string.Create(CultureInfo.InvariantCulture, $"sandbox-test-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        Directory = System.IO.Path.Join(hierarchy!.Directory, name);
        Path = hierarchy.GroupPath.TrimEnd('/') + "/" + name;
        System.IO.Directory.CreateDirectory(Directory);
    }

    public string Directory { get; }

    public string Path { get; }

    public void Add(int pid, string below = "") => File.WriteAllText(System.IO.Path.Join(Directory, below, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));

    public void Dispose()
    {
        for (var attempt = 0; System.IO.Directory.Exists(Directory); attempt++)
        {
            try
            {
                foreach (var below in System.IO.Directory.GetDirectories(Directory)) System.IO.Directory.Delete(below);
                System.IO.Directory.Delete(Directory);
            }
            catch (IOException) when (attempt < 100)
            {
                Thread.Sleep(20); // its last process is about to end
            }
        }
    }
}
