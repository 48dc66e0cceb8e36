using Sandbox.Hardening;
using Sandbox.Native;

namespace Sandbox.Tests.Hardening.Cgroups;

/// <summary>A pure v2 tree in memory, with the kernel's rules that matter here: files come with their directory, controllers top down.</summary>
internal sealed class FakeCgroupFiles : ICgroupFiles
{
    public const string Mount = "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

    public Dictionary<string, string> Files { get; } = [];

    public Dictionary<string, int> WriteErrors { get; } = [];

    public int MakeDirectoryError { get; set; }

    public int BusyRemovals { get; set; }

    public HashSet<string> Made { get; } = [];

    public FakeCgroupFiles(string group, string controllers, string subtree = "", string mount = Mount)
    {
        Files["/proc/self/cgroup"] = $"0::{group}\n";
        Files["/proc/self/mountinfo"] = mount;
        string directory = "/sys/fs/cgroup" + group.TrimEnd('/');
        Files[directory + "/cgroup.controllers"] = controllers + "\n";
        Files[directory + "/cgroup.subtree_control"] = subtree + "\n";
    }

    public int MakeDirectory(string path)
    {
        if (MakeDirectoryError != 0)
            return MakeDirectoryError;
        if (!Made.Add(path))
            return Errno.EEXIST;
        Files[path + "/cgroup.subtree_control"] = "\n";
        Files[path + "/cgroup.procs"] = "";
        Files[path + "/cpu.stat"] = "usage_usec 1500\nuser_usec 1000\n";
        Populate(path);
        return 0;
    }

    public int RemoveDirectory(string path)
    {
        if (BusyRemovals > 0)
        {
            BusyRemovals--;
            return Errno.EBUSY;
        }

        return Made.Remove(path) ? 0 : Errno.ENOENT;
    }

    public int Write(string path, string text)
    {
        if (WriteErrors.TryGetValue(path, out int errno))
            return errno;
        if (!Files.TryGetValue(path, out string? old))
            return Errno.ENOENT;
        Files[path] = text[0] == '+' ? $"{old.Trim()} {text[1..]}".Trim() + "\n" : text + "\n";
        // Enabling a controller makes its files appear in the children that exist.
        if (text[0] == '+')
            Made.Where(m => Path.GetDirectoryName(m) == Path.GetDirectoryName(path)).ToList().ForEach(Populate);
        return 0;
    }

    public int Read(string path, out string text) => Files.TryGetValue(path, out text!) ? 0 : Missing(out text);

    public IReadOnlyList<string> Directories(string path) =>
        [.. Made.Where(m => Path.GetDirectoryName(m) == path).Select(m => Path.GetFileName(m)!)];

    private void Populate(string path)
    {
        string parent = Path.GetDirectoryName(path)!;
        string enabled = Files.GetValueOrDefault(parent + "/cgroup.subtree_control", "");
        if (enabled.Contains("memory"))
        {
            Files.TryAdd(path + "/memory.max", "max\n");
            Files.TryAdd(path + "/memory.swap.max", "max\n");
            Files.TryAdd(path + "/memory.events", "low 0\noom 3\noom_kill 2\n");
            Files.TryAdd(path + "/memory.peak", "4096\n");
        }

        if (enabled.Contains("pids"))
            Files.TryAdd(path + "/pids.max", "max\n");
        if (enabled.Contains("cpu"))
            Files.TryAdd(path + "/cpu.max", "max 100000\n");
    }

    private static int Missing(out string text)
    {
        text = "";
        return Errno.ENOENT;
    }
}
