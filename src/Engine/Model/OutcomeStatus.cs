namespace Sandbox;

/// <summary>What became of one requested protection.</summary>
public enum OutcomeStatus
{
    /// <summary>Not asked for, or not reached.</summary>
    Skipped,

    /// <summary>Done, and read back from the kernel.</summary>
    Applied,

    /// <summary>Asked for and not in force.</summary>
    Failed,
}
