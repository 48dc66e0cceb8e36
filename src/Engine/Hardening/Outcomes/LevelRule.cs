namespace Sandbox.Hardening;

/// <summary>From rows to a level. What was asked for and isn't in force, for whatever reason, is missing.</summary>
public static class LevelRule
{
    /// <summary>
    /// Everything requested applied: Baseline for the Standard tier, Full for Strict. Nothing applied: None. Otherwise Partial.
    /// A requested row that was skipped counts as missing, and rows that weren't requested don't count.
    /// </summary>
    public static HardeningLevel Judge(HardeningTier tier, IEnumerable<HardeningOutcome> rows)
    {
        List<HardeningOutcome> requested = [.. rows.Where(r => r.Requested)];
        int applied = requested.Count(r => r.Status == OutcomeStatus.Applied);
        return applied == 0 ? HardeningLevel.None
            : applied < requested.Count ? HardeningLevel.Partial
            : tier == HardeningTier.Strict ? HardeningLevel.Full : HardeningLevel.Baseline;
    }

    /// <summary>The requested rows that aren't in force.</summary>
    public static IReadOnlyList<HardeningOutcome> Missing(IEnumerable<HardeningOutcome> rows) =>
        [.. rows.Where(r => r.Requested && r.Status != OutcomeStatus.Applied)];
}
