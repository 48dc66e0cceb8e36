using Sandbox.Launch;

namespace Sandbox.Hardening;

/// <summary>What the sections of a plan share while it is built.</summary>
internal sealed class PlanContext
{
    public required HardeningProfile Profile { get; init; }

    public required LaunchIdentity Identity { get; init; }

    public required LaunchDescriptors Descriptors { get; init; }

    public PlanWriter Writer { get; } = new();

    public List<PlannedRow> Rows { get; } = [];

    /// <summary>The Landlock domain that the plan makes, as this kernel knows it; null for none.</summary>
    public LandlockRuleset? Domain { get; set; }

    private readonly Dictionary<string, PlannedRow> _begun = new(StringComparer.Ordinal);

    /// <summary>Whether the plan makes a user namespace, in which its later steps have every capability.</summary>
    public bool OwnUser => (Profile.Namespaces & NamespaceKinds.User) != 0;

    public bool OwnMount => (Profile.Namespaces & NamespaceKinds.Mount) != 0;

    public bool OwnPid => (Profile.Namespaces & NamespaceKinds.Pid) != 0;

    /// <summary>Begins a requested row: the steps that follow belong to it.</summary>
    public void Begin(string row, Verification verify, bool afterExec = false)
    {
        Writer.Row = row;
        Writer.Fatal = Profile.FailClosed;
        if (_begun.TryGetValue(row, out var known)) known.Require(verify);
        else Rows.Add(_begun[row] = new(row, verify, afterExec));
    }

    /// <summary>Steps that belong to no protection; the launch can't go on without them.</summary>
    public void Plumbing(string name)
    {
        Writer.Row = name;
        Writer.Fatal = true;
        Writer.Requires = null;
    }

    /// <summary>A row that is not requested, with the reason.</summary>
    public void NotRequested(string row, string detail) => Rows.Add(new(row, _ => new(true, detail), false) { Requested = false });
}
