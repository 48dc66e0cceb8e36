namespace Sandbox;

/// <summary>What a target used: wait4(2)'s rusage of it and the children that it waited for; the peak of its cgroup where it had one.</summary>
public sealed record ResourceUsage
{
    /// <summary>Time in user mode.</summary>
    public required TimeSpan UserTime { get; init; }

    /// <summary>Time in the kernel.</summary>
    public required TimeSpan SystemTime { get; init; }

    /// <summary>The largest resident set of any one process, in bytes.</summary>
    public required long MaxResidentSetSize { get; init; }

    /// <summary>Page faults without I/O.</summary>
    public required long MinorFaults { get; init; }

    /// <summary>Page faults with I/O.</summary>
    public required long MajorFaults { get; init; }

    /// <summary>Voluntary context switches.</summary>
    public required long VoluntaryContextSwitches { get; init; }

    /// <summary>Involuntary context switches.</summary>
    public required long InvoluntaryContextSwitches { get; init; }

    /// <summary>The peak of the whole tree's memory in bytes, by its cgroup; null without one.</summary>
    public long? PeakMemory { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{(UserTime + SystemTime).TotalSeconds:0.00} s, {MaxResidentSetSize >> 20} MB";

    // struct rusage in 64-bit words: ru_utime, ru_stime, ru_maxrss (KiB), …, ru_minflt, ru_majflt, …, ru_nvcsw, ru_nivcsw (getrusage(2)).
    internal static ResourceUsage FromWords(long[] words, long? peak) => new()
    {
        UserTime = TimeSpan.FromSeconds(words[0]) + TimeSpan.FromMicroseconds(words[1]),
        SystemTime = TimeSpan.FromSeconds(words[2]) + TimeSpan.FromMicroseconds(words[3]),
        MaxResidentSetSize = words[4] * 1024,
        MinorFaults = words[8],
        MajorFaults = words[9],
        VoluntaryContextSwitches = words[16],
        InvoluntaryContextSwitches = words[17],
        PeakMemory = peak,
    };
}
