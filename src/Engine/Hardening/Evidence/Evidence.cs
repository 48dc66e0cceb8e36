using System.Globalization;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>
/// What the kernel says about a target, read from outside through its /proc entry: at the gate, where it waits before its last steps,
/// and after its exec. Files are read once per stage.
/// </summary>
internal sealed partial class Evidence(int pid, PlanContext context, LaunchPlan plan, PlanMemory memory)
{
    private readonly Dictionary<string, string> _files = [];
    // Filters of ours are inherited by the target; a process can't lose one, and pwsh gains none while it runs.
    private static readonly Lazy<int> OwnFilters = new(() => ProcessStatus.Of(Environment.ProcessId).SeccompFilters ?? 0);
    private readonly NamespaceIds _mine = NamespaceIds.OfSelf();
    private NamespaceIds? _namespaces;
    private ProcessStatus? _status;

    /// <summary>How many filters this process has, which all that it starts inherit.</summary>
    public static int FiltersOfSelf => OwnFilters.Value;

    /// <summary>The target, as our pid namespace sees it.</summary>
    public int Pid => pid;

    /// <summary>Forgets what was read: the next stage reads again.</summary>
    public void Refresh()
    {
        _files.Clear();
        _status = null;
        _mounts = null;
        _byPoint = null;
    }

    public Finding OwnNamespace(NamespaceKinds kind)
    {
        var mine = _mine.Inodes[kind];
        var theirs = (_namespaces ??= NamespaceIds.Of(pid)).Inodes[kind];
        return new(mine != theirs, mine != theirs ? $"{kind.ToString().ToLowerInvariant()}:[{theirs}]" : "the target is in the caller's namespace");
    }

    public Finding OwnUserNamespace(LaunchIdentity identity, IdentityMode mode)
    {
        var own = OwnNamespace(NamespaceKinds.User);
        if (!own.Confirmed) return own;
        var map = Read("uid_map").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Fields).ToArray();
        var mine = map.FirstOrDefault(m => m.Length == 3 && int.Parse(m[0], CultureInfo.InvariantCulture) == identity.InsideUid(mode));
        var right = mine is not null && mine[1] == Number(identity.HostUid(mode));
        return new(right, $"{own.Detail}, uid_map {string.Join("; ", map.Select(m => string.Join(' ', m)))}");
    }

    public Finding Ids(LaunchIdentity identity, IdentityMode mode)
    {
        var (uids, gids, groups) = (Status().Uid, Status().Gid, Status().Groups);
        var right = uids.All(u => u == identity.HostUid(mode)) && gids.All(g => g == identity.HostGid(mode));
        if (identity.IsRoot) right &= groups.Count == 0;
        var note = identity.IsRoot || groups.Count == 0 ? "" : $", supplementary groups {string.Join(' ', groups)} (a plain user can't give them up)";
        return new(right, $"host uid {uids[0]}, gid {gids[0]}{note}");
    }

    public Finding LoopbackUp()
    {
        // The kernel adds the local route of 127.0.0.1 when the interface comes up, and no earlier.
        var up = Read("net/fib_trie").Contains("127.0.0.1", StringComparison.Ordinal);
        return new(up, up ? "127.0.0.1 is local" : "lo is down");
    }

    /// <summary>Whether a file of the target's root holds what was written.</summary>
    public Finding FileInside(string path, byte[] content)
    {
        var found = ProcFile.Read($"/proc/{pid}/root{path}");
        return new(found == System.Text.Encoding.UTF8.GetString(content), $"{path}: {found.Replace('\n', ';').TrimEnd(';')}");
    }

    public Finding OwnSession()
    {
        var session = Fields(Read("stat")[(Read("stat").LastIndexOf(')') + 1)..])[3];
        return new(session == Number(pid), $"session {session}");
    }

    public Finding Descriptors(IReadOnlyList<int> passed)
    {
        var open = new List<int>();
        foreach (var path in Directory.EnumerateFiles($"/proc/{pid}/fdinfo"))
        {
            var text = ProcFile.Read(path);
            var flags = text.AsSpan(text.IndexOf("flags:", StringComparison.Ordinal) + 6);
            if ((Convert.ToInt64(flags[..flags.IndexOf('\n')].Trim().ToString(), 8) & 0x80000) == 0) open.Add(int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture));
        }

        open.Sort();
        var expected = passed.Concat([0, 1, 2]).Distinct().Order();
        return new(open.SequenceEqual(expected), "open across exec: " + string.Join(' ', open));
    }

    public Finding ResourceLimit(int resource, ulong value)
    {
        var limits = Prlimit.Get(pid, resource);
        return new(limits.Soft == value && limits.Hard == value, $"soft {Text(limits.Soft)}, hard {Text(limits.Hard)}");
        static string Text(ulong v) => v == ulong.MaxValue ? "unlimited" : v.ToString(CultureInfo.InvariantCulture);
    }

    public Finding CapabilitySet(string set, ulong mask)
    {
        var value = set switch
        {
            "CapInh" => Status().CapInh,
            "CapPrm" => Status().CapPrm,
            "CapEff" => Status().CapEff,
            "CapBnd" => Status().CapBnd,
            _ => Status().CapAmb,
        };
        return new(value == mask, $"{set} {value:x16}");
    }

    public Finding Capabilities(ulong mask)
    {
        var found = new[] { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" }.Select(n => CapabilitySet(n, mask)).ToArray();
        return new(found.All(f => f.Confirmed), string.Join(", ", found.Select(f => f.Detail)));
    }

    public Finding NoNewPrivileges() => new(Status().NoNewPrivs == true, $"NoNewPrivs {Status().NoNewPrivs}");

    public Finding Filtered(string policy)
    {
        var before = OwnFilters.Value;
        // 3 is SECCOMP_MODE_DEAD (kernel/seccomp.c): a filter has killed the target already. A quick program may have added filters of its
        // own by now; nothing takes one away.
        return new(Status().Seccomp is 2 or 3 && Status().SeccompFilters > before, $"{policy}: Seccomp {Status().Seccomp}, {Status().SeccompFilters} filter(s)");
    }

    public Finding Landlock(int abi, string lost)
    {
        var how = abi >= 6 ? "a signal to outside was refused" : context is { OwnUser: true, OwnMount: true } ? "mount(2) was refused" : "landlock_restrict_self succeeded; this ABI has no read-back";
        return StepResults("landlock", $"ABI {abi}, {how}" + (lost.Length > 0 ? $"; not known to this kernel: {lost}" : ""));
    }

    public Finding WorkingDirectory(string path, string note)
    {
        var link = new FileInfo($"/proc/{pid}/cwd").LinkTarget;
        return new(link == path, link + (note.Length > 0 ? $" ({note})" : ""));
    }

    /// <summary>Protections that the kernel shows only to their owner: the steps themselves asked, inside, and the plan says what they must have got.</summary>
    public Finding StepResults(string row, string detail)
    {
        foreach (var step in plan.StepsOf(row))
        {
            if (!Satisfied(step)) return new(false, $"{step.Call.Name} gave {memory.Result(step)}");
        }

        return new(true, detail);
    }

    /// <summary>Whether a step did what the plan says that it must.</summary>
    public bool Satisfied(PlanStep step)
    {
        var result = memory.Result(step);
        if (step.Expect != 0) return result == -step.Expect;
        return step.ExpectResult is { } expected ? result == expected : result >= 0;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string[] Fields(string line) => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private ProcessStatus Status() => _status ??= ProcessStatus.Parse(Read("status"));

    private string Read(string file)
    {
        if (_files.TryGetValue(file, out var text)) return text;
        return _files[file] = ProcFile.Read($"/proc/{pid}/{file}");
    }
}
