namespace Sandbox.Hardening;

/// <summary>What a read-back found.</summary>
internal readonly record struct Finding(bool Confirmed, string Detail);

/// <summary>Asks the kernel, through the target's /proc entry, whether a protection is in force.</summary>
internal delegate Finding Verification(Evidence evidence);

/// <summary>An outcome row as planned: its name and how it is read back.</summary>
internal sealed record PlannedRow(string Name, Verification First, bool AfterExec)
{
    private readonly List<Verification> _others = [];

    /// <summary>Whether the profile or a parameter asked for it.</summary>
    public bool Requested { get; init; } = true;

    /// <summary>Adds what must be in force too: a row of many mounts is only in force when each of them is.</summary>
    public void Require(Verification verification)
    {
        if (verification != First && !_others.Contains(verification)) _others.Add(verification);
    }

    /// <summary>The first finding that is not confirmed; the first of all where every one is.</summary>
    public Finding Verify(Evidence evidence)
    {
        var first = First(evidence);
        if (!first.Confirmed) return first;
        foreach (var other in _others)
        {
            if (other(evidence) is { Confirmed: false } missing) return missing;
        }

        return first;
    }
}
