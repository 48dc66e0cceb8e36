namespace Sandbox.Denials;

/// <summary>One process that belongs, for as long as it lived.</summary>
internal sealed class ScopeMember(SeccompDenialScope rule, DateTime start, long startTicks)
{
    // Starts are known to 10 ms, and the time of a record is up to a jiffy (at most 10 ms) behind.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(20);

    /// <summary>Why it belongs.</summary>
    public SeccompDenialScope Rule => rule;

    /// <summary>Whether its children are descendants of the watched process.</summary>
    public bool IsOfTree => rule is SeccompDenialScope.Process or SeccompDenialScope.Descendant;

    public DateTime Start => start;

    /// <summary>With the pid it names one process; -1 where only the time of its fork is known so far.</summary>
    public long StartTicks { get; private set; } = startTicks;

    /// <summary>When its last thread seen to end did.</summary>
    public DateTime? LastExit { get; set; }

    /// <summary>From when on the pid isn't its own any more; null while it lives.</summary>
    public DateTime? End { get; private set; }

    /// <summary>When it was last seen in /proc, in milliseconds.</summary>
    public long CheckedAt { get; set; }

    public bool IsAlive => End is null;

    /// <summary>Whether it could have been what a record of a time is about.</summary>
    public bool Covers(DateTime utc) => utc >= start - Slack && (End is not { } end || utc <= end);

    /// <summary>Whether a process of /proc is this one.</summary>
    public bool Is(in ProcStat stat, IScopeClock clock)
    {
        if (StartTicks >= 0) return stat.StartTicks == StartTicks;
        if ((clock.OfStart(stat.StartTicks) - start).Duration() > Slack) return false;
        StartTicks = stat.StartTicks;
        return true;
    }

    public void EndAt(DateTime utc) => End = End is { } known && known < utc ? known : utc;
}
