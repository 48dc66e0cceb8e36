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

    /// <summary>Whether the plan makes a user namespace, in which its later steps have every capability.</summary>
    public bool OwnUser => (Profile.Namespaces & NamespaceKinds.User) != 0;

    public bool OwnMount => (Profile.Namespaces & NamespaceKinds.Mount) != 0;

    public bool OwnPid => (Profile.Namespaces & NamespaceKinds.Pid) != 0;

    /// <summary>Begins a requested row: the steps that follow belong to it.</summary>
    public void Begin(string row, Verification verify, bool afterExec = false)
    {
        Writer.Row = row;
        Writer.Fatal = Profile.FailClosed;
        var known = Rows.FindIndex(r => r.Name == row);
        if (known < 0) Rows.Add(new(row, verify, afterExec));
        else Rows[known] = Rows[known].And(verify); // a row is in force only where everything that was begun under its name is
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
