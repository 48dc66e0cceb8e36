namespace Sandbox.Network;

/// <summary>
/// The network of one run, of whichever kind: made at the gate, while the target waits in its new namespace; gone after its end. The
/// rules are in force before the target's first instruction, and every part is asked of the kernel again.
/// </summary>
internal abstract class SandboxNetwork
{
    /// <summary>Null for a profile whose network needs nothing beyond its namespace.</summary>
    public static SandboxNetwork? For(HardeningProfile profile) => profile.Network switch { NetworkMode.Nat => new NatNetwork(profile), NetworkMode.User => new UserNetwork(profile), _ => null };

    /// <summary>Whether there is one: rules of a network are for these.</summary>
    public static bool Is(NetworkMode mode) => mode is NetworkMode.Nat or NetworkMode.User;

    /// <summary>
    /// Makes it for the target, and reads it back. What fails is a row, and the target then has no link at all: who runs it nevertheless
    /// runs it without a network, never with one that no rule confines.
    /// </summary>
    public IReadOnlyList<HardeningOutcome> Apply(int targetPid)
    {
        Prepare();
        try
        {
            var rows = Make(targetPid);
            if (rows.All(r => !r.Requested || r.Status == OutcomeStatus.Applied)) return rows;
            TakeAway(targetPid);
            return NetworkRow.TakenAway(rows);
        }
        catch (Exception e) when (e is SandboxException or IOException or UnauthorizedAccessException)
        {
            TakeAway(targetPid);
            return [NetworkRow.Failed("network_link", e)];
        }
    }

    /// <summary>
    /// Takes everything of it away. May be called again. What can't be taken away stays in its journal, if it has one: the next import, or
    /// Repair-Sandbox, does it, and says why where it can't either.
    /// </summary>
    public void Abandon()
    {
        try
        {
            Remove();
        }
        catch (Exception e) when (e is SandboxException or IOException or UnauthorizedAccessException)
        {
            // see above
        }
    }

    /// <summary>What must be there or the launch ends, best effort or not.</summary>
    protected abstract void Prepare();

    protected abstract IReadOnlyList<HardeningOutcome> Make(int targetPid);

    protected abstract void Remove();

    // What can't be seen to be gone is nothing to run with, best effort or not.
    private void TakeAway(int targetPid)
    {
        Abandon();
        try
        {
            if (!TargetLinks.Has(targetPid, NatNetwork.TargetLink)) return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the same
        }

        throw new SandboxException("network_link,NOT_REMOVED", SandboxErrorKind.ResourceUnavailable, $"The network of the target isn't as it has to be, and its {NatNetwork.TargetLink} couldn't be taken away.", "Repair-Sandbox removes what is left of it, or says why it can't.");
    }
}
