using System.Globalization;

namespace Sandbox.Cmdlets.Tests.Violations;

/// <summary>A cgroup of version 2, made for a test.</summary>
internal sealed class UnifiedGroup : IDisposable
{
    private static int last;

    public UnifiedGroup()
    {
        string? mount = File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup2 ", StringComparison.Ordinal)).Select(line => line.Split(' ')[4]).FirstOrDefault();
        Assert.SkipWhen(mount is null, "no cgroup2 is mounted");
        Path = System.IO.Path.Join(mount, string.Create(CultureInfo.InvariantCulture, $"sandbox-test-{Environment.ProcessId}-{Interlocked.Increment(ref last)}"));
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public void Dispose()
    {
        for (int attempt = 0; Directory.Exists(Path); attempt++)
        {
            try
            {
                Directory.Delete(Path);
            }
            catch (IOException) when (attempt < 100)
            {
                Thread.Sleep(20); // its last process is about to end
            }
        }
    }
}
