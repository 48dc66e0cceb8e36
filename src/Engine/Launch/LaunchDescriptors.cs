namespace Sandbox.Launch;

/// <summary>The numbers of the descriptors that a launcher gets: its target's stdio, those passed on purpose, its own above them.</summary>
internal sealed record LaunchDescriptors
{
    /// <summary>Descriptors of our process that the target keeps.</summary>
    public IReadOnlyList<int> Passed { get; init; } = [];

    /// <summary>The owners of host files for whom there is a user namespace for idmapped mounts.</summary>
    public IReadOnlyList<(int Uid, int Gid)> IdMapOwners { get; init; } = [];

    /// <summary>The host id that these owners become.</summary>
    public int IdMapHostId { get; init; }

    /// <summary>The number from which the launcher's own descriptors go: above everything passed.</summary>
    public int Base => Math.Max(2, Passed.Count == 0 ? 2 : Passed.Max()) + 1;

    public int PlanNumber => Base;

    public int ControlNumber => Base + 1;

    public int ExecNumber => Base + 2;

    /// <summary>The number of an owner's user namespace in the launcher.</summary>
    public int IdMapNumber((int Uid, int Gid) owner) => Base + 3 + IdMapOwners.ToList().IndexOf(owner);

    /// <summary>The first number that none of these has.</summary>
    public int End => Base + 3 + IdMapOwners.Count;
}
