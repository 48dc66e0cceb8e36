namespace Sandbox.Hardening;

/// <summary>What a read-back found.</summary>
internal readonly record struct Finding(bool Confirmed, string Detail);

/// <summary>Asks the kernel, through the target's /proc entry, whether a protection is in force.</summary>
internal delegate Finding Verification(Evidence evidence);

/// <summary>An outcome row as planned: its name and how it is read back.</summary>
internal sealed record PlannedRow(string Name, Verification Verify, bool AfterExec)
{
    /// <summary>Whether the profile or a parameter asked for it.</summary>
    public bool Requested { get; init; } = true;

    /// <summary>The row with one more thing that has to hold. The first finding describes it, unless another isn't confirmed.</summary>
    public PlannedRow And(Verification more) => this with
    {
        Verify = e => Both(Verify(e), more, e),
    };

    private static Finding Both(Finding first, Verification more, Evidence evidence) =>
        first.Confirmed && more(evidence) is { Confirmed: false } failed ? failed : first;
}
