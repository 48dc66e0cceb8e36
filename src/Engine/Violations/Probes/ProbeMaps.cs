namespace Sandbox.Violations.Probes;

/// <summary>The names of the probes' maps.</summary>
internal static class ProbeMaps
{
    /// <summary>The state of each followed task.</summary>
    public const string Tasks = "tasks";

    /// <summary>The cgroup whose members are followed.</summary>
    public const string Cgroup = "cgroup";

    /// <summary>What to read of each call.</summary>
    public const string Calls = "calls";

    public const string Counters = "counters";

    public const string Scratch = "scratch";

    public const string Ring = "ring";

    /// <summary>How often each call was made, by slot.</summary>
    public const string Counts = "counts";

    /// <summary>The same for numbers without a slot.</summary>
    public const string RareCounts = "rare counts";

    /// <summary>Slots of <see cref="Calls"/> for each of the two kinds of calls of a machine, the native and the 32-bit ones.</summary>
    public const int CallSlots = 1024;

    // The state of a task, in its lower half; the upper has the number of the call that a pending one is in.
    public const int Pending = 1, Active = 2;
}
