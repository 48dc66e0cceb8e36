using Sandbox.Native;

namespace Sandbox.Denials;

/// <summary>
/// Which processes belong to a watch: the process, its descendants, the members of its cgroups and of those below, the processes of its
/// pid namespace. A member is a pid with its start and its end, so a recycled pid is another process. What is known is renewed every
/// 250 ms, and a process is looked at once more before it is rejected; one that has ended stays known for 5 s, since its records may come
/// later. For one thread.
/// </summary>
internal sealed partial class ProcessScope : IDisposable
{
    public const int RefreshMilliseconds = 250;
    private const int Deepest = 4096;
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);
    private readonly ScopeTarget _target;
    private readonly ProcTree _proc;
    private readonly IScopeClock _clock;
    private readonly ProcessEvents? _events;
    private readonly string? _refusal;
    private readonly Dictionary<int, ScopeMember> _members = [];
    private readonly Dictionary<int, long> _rejected = [];

    internal ProcessScope(ScopeTarget target, ProcTree proc, IScopeClock clock, ProcessEvents? events = null, string? refusal = null)
    {
        (_target, _proc, _clock, _events, _refusal) = (target, proc, clock, events, refusal);
        Scan();
    }

    /// <summary>The Id of the hardened process that is watched; null where it is none of this module.</summary>
    public int? SandboxId { get; init; }

    /// <summary>Whether every process belongs.</summary>
    public bool WatchesAll => _target.All;

    /// <summary>Whether nothing of what is watched is left.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Readable when processes were forked or have ended; null where they have to be looked for.</summary>
    public FileDescriptor? Events => _events?.File;

    /// <summary>How long may be waited until the next <see cref="Refresh"/>.</summary>
    public int NextRefresh => _ending.Count > 0 && _clock.Milliseconds - _lastExit < 1000 ? 20 : RefreshMilliseconds;

    /// <summary>What is watched and how it is followed, in words.</summary>
    public string Detail => WatchesAll ? _target.Description
        : _events is null ? $"{_target.Description}; looked for every {RefreshMilliseconds} ms, since the kernel's process events can't be had ({_refusal}): denials of a process that lived for less can be missed"
        : _lostEvents == 0 ? $"{_target.Description}; followed by the kernel's process events"
        : $"{_target.Description}; followed by the kernel's process events, of which some were lost {_lostEvents} times: denials of processes that were short-lived then can be missed";

    /// <summary>The scope of a watch on this machine.</summary>
    public static ProcessScope For(SeccompDenialWatch watch)
    {
        var proc = new ProcTree();
        if (!watch.All && proc.OwnPidNamespace() is { } own && own != ScopeTarget.InitialPidNamespace)
            throw new SandboxException("WatchSeccompDenial,OTHER_PID_NAMESPACE", SandboxErrorKind.InvalidOperation, "The kernel's records name processes by their pids in the initial pid namespace, and this process is in another one.", "Run outside of the container, watch all processes, or use -Source Notify.");
        string? refusal = null;
        // Before the first look at /proc: what is forked from then on is told.
        var events = watch.All ? null : ProcessEvents.TryOpen(out refusal);
        try
        {
            return new(ScopeTarget.Of(watch, proc), proc, new KernelScopeClock(), events, refusal) { SandboxId = watch.Process?.Id };
        }
        catch
        {
            events?.Dispose();
            throw;
        }
    }

    /// <summary>The rule by which the maker of a record belongs; null where it doesn't.</summary>
    public SeccompDenialScope? Match(int pid, DateTime utc)
    {
        if (_target.All) return SeccompDenialScope.All;
        var now = _clock.Milliseconds;
        if (_members.TryGetValue(pid, out var member))
        {
            // Events tell of every fork and exit, but not of a process that is moved to another group.
            if (member.IsAlive && (_events is null || !member.IsOfTree) && now - member.CheckedAt >= RefreshMilliseconds) Check(pid, member, now);
            if (member.Covers(utc)) return member.Rule;
            if (member.IsAlive) return null;
        }

        if (_rejected.TryGetValue(pid, out var at) && now - at < RefreshMilliseconds) return null;
        if (Examine(pid, now) is not { } found)
        {
            _rejected[pid] = now;
            return null;
        }

        return found.Covers(utc) ? found.Rule : null;
    }

    public void Dispose() => _events?.Dispose();

    // What /proc says of a pid that isn't known; a member from now on where a rule matches.
    private ScopeMember? Examine(int pid, long now) =>
        _proc.Stat(pid) is { } stat && Rule(pid, stat) is { } rule ? Add(pid, rule, stat, now) : null;

    private ScopeMember Add(int pid, SeccompDenialScope rule, in ProcStat stat, long now)
    {
        if (_members.TryGetValue(pid, out var known) && known.IsAlive && known.Is(stat, _clock))
        {
            known.CheckedAt = now;
            return known;
        }

        var member = new ScopeMember(rule, _clock.OfStart(stat.StartTicks), stat.StartTicks) { CheckedAt = now };
        _members[pid] = member;
        _rejected.Remove(pid);
        return member;
    }

    private SeccompDenialScope? Rule(int pid, in ProcStat stat)
    {
        if (pid == _target.ProcessId && stat.StartTicks == _target.StartTicks) return SeccompDenialScope.Process;
        if (_target.ProcessId is not null && HasMemberAbove(stat)) return SeccompDenialScope.Descendant;
        return RuleBesideTree(pid);
    }

    private SeccompDenialScope? RuleBesideTree(int pid)
    {
        if (_target.Groups.Count > 0 && _proc.Cgroups(pid) is { } groups)
        {
            foreach (var group in _target.Groups)
            {
                if (group.Match(groups) is { } rule) return rule;
            }
        }

        return _target.PidNamespace is { } space && _proc.PidNamespace(pid) == space ? SeccompDenialScope.PidNamespace : null;
    }

    private bool HasMemberAbove(ProcStat stat)
    {
        for (var depth = 0; depth < Deepest && stat.Parent > 0; depth++)
        {
            var parent = stat.Parent;
            if (_proc.Stat(parent) is not { } above) return false;
            if (parent == _target.ProcessId && above.StartTicks == _target.StartTicks) return true;
            if (_members.TryGetValue(parent, out var member) && member.IsOfTree && member.IsAlive && member.Is(above, _clock)) return true;
            stat = above;
        }

        return false;
    }

    // Whether a member still is what it was.
    private void Check(int pid, ScopeMember member, long now)
    {
        if (_proc.Stat(pid) is not { } stat || !stat.IsAlive) member.EndAt(member.LastExit ?? _clock.UtcNow);
        else if (!member.Is(stat, _clock)) member.EndAt(member.LastExit ?? _clock.OfStart(stat.StartTicks));
        else if (!member.IsOfTree && RuleBesideTree(pid) is null) member.EndAt(_clock.UtcNow);
        else member.CheckedAt = now;
    }
}
