using Sandbox.Native;

namespace Sandbox.Launch;

/// <summary>What the target gets as descriptors: its stdio, and those passed on purpose under their own numbers.</summary>
internal sealed record LaunchDescriptors(FileDescriptor Input, FileDescriptor Output, FileDescriptor Error)
{
    /// <summary>Descriptors of our process that the target keeps.</summary>
    public IReadOnlyList<int> Passed { get; init; } = [];

    /// <summary>The user namespace for idmapped mounts, under <see cref="IdMapNumber"/> in the launcher.</summary>
    public FileDescriptor? IdMap { get; init; }

    /// <summary>The number from which the launcher's own descriptors go: above everything passed.</summary>
    public int Base => Math.Max(2, Passed.Count == 0 ? 2 : Passed.Max()) + 1;

    public int PlanNumber => Base;

    public int ControlNumber => Base + 1;

    public int ExecNumber => Base + 2;

    public int IdMapNumber => Base + 3;

    /// <summary>The first number that none of these has.</summary>
    public int End => Base + 4;
}
