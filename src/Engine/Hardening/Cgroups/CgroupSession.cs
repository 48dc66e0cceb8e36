using System.Globalization;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>
/// The directories of one host process, <c>sandbox-PID-STARTTIME</c> below its group in each hierarchy that it uses. The name lets a
/// later process tell that the owner is gone; <see cref="Directories"/> lets a janitor remove them after a SIGKILL.
/// </summary>
public sealed class CgroupSession
{
    private const string Prefix = "sandbox-";

    private static readonly Lock HostLock = new();
    private static CgroupSession? _host;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private readonly ICgroupFiles _files;
    private long _runs;

    internal CgroupSession(ICgroupFiles files)
    {
        _files = files;
        Name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{StartTime(files, Environment.ProcessId)}");
    }

    /// <summary>The session of this process.</summary>
    public static CgroupSession Host
    {
        get
        {
            lock (HostLock)
                return _host ??= new CgroupSession(KernelCgroupFiles.Instance);
        }
    }

    /// <summary>The name of its directories.</summary>
    public string Name { get; }

    /// <summary>The absolute paths of the directories that exist now.</summary>
    public IReadOnlyList<string> Directories
    {
        get
        {
            lock (_lock)
                return [.. _directories.Order(StringComparer.Ordinal)];
        }
    }

    internal string NextRunName() => string.Create(CultureInfo.InvariantCulture, $"r{Interlocked.Increment(ref _runs)}");

    /// <summary>Makes the directory in one hierarchy at first use; sweeps what dead processes left beside it. Returns an errno.</summary>
    internal int Ensure(CgroupHierarchy hierarchy, out string directory)
    {
        directory = hierarchy.Directory + "/" + Name;
        lock (_lock)
        {
            if (_directories.Contains(directory))
                return 0;
            Sweep(hierarchy.Directory);
            int errno = _files.MakeDirectory(directory);
            if (errno is not (0 or Errno.EEXIST))
                return errno;
            _directories.Add(directory);
            return 0;
        }
    }

    /// <summary>Removes its directories; those that still have runs stay, and stay listed.</summary>
    public void Remove()
    {
        lock (_lock)
            _directories.RemoveWhere(d => _files.RemoveDirectory(d) is 0 or Errno.ENOENT);
    }

    // Only rmdir(2), which refuses a group with processes: a session of another pid namespace may look dead from here and isn't.
    private void Sweep(string parent)
    {
        foreach (string name in _files.Directories(parent))
        {
            if (!IsStale(name))
                continue;
            string directory = parent + "/" + name;
            foreach (string run in _files.Directories(directory))
                _files.RemoveDirectory(directory + "/" + run);
            _files.RemoveDirectory(directory);
        }
    }

    private bool IsStale(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name[Prefix.Length..].Split('-') is [string pid, string start]
        && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && ulong.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out ulong time) && StartTime(_files, number) != time;

    // Field 22 of proc_pid_stat(5), counted after the last ')' because the command name may hold anything.
    private static ulong StartTime(ICgroupFiles files, int pid) =>
        files.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"), out string stat) == 0
        && stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 19 } fields
        && ulong.TryParse(fields[19], CultureInfo.InvariantCulture, out ulong time) ? time : 0;
}
