namespace Sandbox.Denials;

/// <summary>How a scope stays up to date: by the kernel's events, and by looking.</summary>
internal sealed partial class ProcessScope
{
    // Two processes of one pid are further apart than a fork's event is from its start time.
    private static readonly TimeSpan SameFork = TimeSpan.FromMilliseconds(30);

    private readonly HashSet<int> _ending = [];
    private readonly List<ProcessEvent> _read = [];
    private long _lastExit;
    private int _lostEvents;

    /// <summary>
    /// Takes the events that have come. It has to be called after the receipt of records and before they are matched: the fork of a
    /// record's process was told before.
    /// </summary>
    public void TakeEvents()
    {
        if (_events is null) return;
        _read.Clear();
        var complete = _events.Read(_read);
        foreach (var e in _read) Apply(e);
        if (complete) return;
        _lostEvents++;
        Scan();
        CheckAll();
    }

    /// <summary>Every 250 ms: looks for new members, ends those that are gone, and forgets those that have been for 5 s.</summary>
    public void Refresh()
    {
        if (_target.All) return;
        TakeEvents();
        _rejected.Clear();
        if (_events is null) CheckAll();
        else foreach (var pid in _ending.ToArray()) CheckEnding(pid);
        if (_events is null || _target.Groups.Count > 0) Scan();
        var oldest = _clock.UtcNow - Memory;
        foreach (var (pid, member) in _members)
        {
            if (member.End < oldest) _members.Remove(pid);
        }

        HasEnded = _target.ProcessId is null && _target.PidNamespace is null ? _target.Groups.All(g => !Directory.Exists(g.Directory)) : NothingLives();
    }

    /// <summary>One event of the kernel.</summary>
    internal void Apply(in ProcessEvent e)
    {
        var time = _clock.OfEvent(e.Nanoseconds);
        var known = _members.TryGetValue(e.ProcessId, out var member);
        switch (e.Kind)
        {
            case ProcessEventKind.Fork:
                var isSame = known && member!.IsAlive && (time - member.Start).Duration() <= SameFork;
                if (_members.TryGetValue(e.Parent, out var parent) && (parent.End is not { } end || time <= end))
                {
                    if (!isSame) _members[e.ProcessId] = new(parent.Rule == SeccompDenialScope.Process ? SeccompDenialScope.Descendant : parent.Rule, time, -1) { CheckedAt = _clock.Milliseconds };
                    _rejected.Remove(e.ProcessId);
                }
                else if (known && !isSame)
                {
                    member!.EndAt(member.LastExit ?? time);
                }

                break;
            case ProcessEventKind.Exec when !known || !member!.IsAlive:
                // A process that was moved into a group, or entered a namespace, mostly executes its program then.
                _rejected.Remove(e.ProcessId);
                if (_target.Groups.Count > 0 || _target.PidNamespace is not null) Examine(e.ProcessId, _clock.Milliseconds);
                break;
            case ProcessEventKind.Exit when known && member!.IsAlive:
                member.LastExit = time;
                _ending.Add(e.ProcessId);
                _lastExit = _clock.Milliseconds;
                break;
        }
    }

    private bool NothingLives()
    {
        if (_members.Values.Any(m => m.IsAlive)) return false;
        Scan();
        return !_members.Values.Any(m => m.IsAlive);
    }

    private void CheckAll()
    {
        foreach (var (pid, member) in _members)
        {
            if (member.IsAlive) Check(pid, member, _clock.Milliseconds);
        }
    }

    private void CheckEnding(int pid)
    {
        // The event comes a moment before the end, and of a process with threads for each of them.
        if (_members.TryGetValue(pid, out var member) && member.IsAlive) Check(pid, member, _clock.Milliseconds);
        if (member?.IsAlive != true) _ending.Remove(pid);
    }

    // Everything by looking: the tree below the members of the tree, the groups' lists, the namespace of every process.
    private void Scan()
    {
        var now = _clock.Milliseconds;
        ScanTree(now);
        foreach (var group in _target.Groups)
        {
            foreach (var pid in group.Members()) Found(pid, SeccompDenialScope.Cgroup, now);
            foreach (var pid in group.MembersBelow()) Found(pid, SeccompDenialScope.CgroupBelow, now);
        }

        if (_target.PidNamespace is not { } space) return;
        foreach (var pid in _proc.Processes())
        {
            if (_proc.PidNamespace(pid) == space) Found(pid, SeccompDenialScope.PidNamespace, now);
        }
    }

    private void Found(int pid, SeccompDenialScope rule, long now)
    {
        if (_proc.Stat(pid) is { IsAlive: true } stat) Add(pid, rule, stat, now);
    }

    private void ScanTree(long now)
    {
        if (_target.ProcessId is not { } target) return;
        if (_proc.Stat(target) is { IsAlive: true } stat && stat.StartTicks == _target.StartTicks) Add(target, SeccompDenialScope.Process, stat, now);
        var queue = new Queue<int>(_members.Where(m => m.Value.IsOfTree && m.Value.IsAlive).Select(m => m.Key));
        var seen = new HashSet<int>(queue);
        Dictionary<int, List<int>>? byParent = null;
        while (queue.TryDequeue(out var pid))
        {
            List<int> children = [];
            if (!_proc.TryChildren(pid, children)) children = (byParent ??= ByParent()).GetValueOrDefault(pid) ?? [];
            foreach (var child in children)
            {
                if (!seen.Add(child)) continue;
                Found(child, SeccompDenialScope.Descendant, now);
                queue.Enqueue(child);
            }
        }
    }

    // Where the kernel lists no children: every process tells its parent.
    private Dictionary<int, List<int>> ByParent()
    {
        var children = new Dictionary<int, List<int>>();
        foreach (var pid in _proc.Processes())
        {
            if (_proc.Stat(pid) is not { } stat) continue;
            if (!children.TryGetValue(stat.Parent, out var list)) children.Add(stat.Parent, list = []);
            list.Add(pid);
        }

        return children;
    }
}
