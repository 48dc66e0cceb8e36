using Sandbox.Native;

namespace Sandbox.Launch;

/// <summary>One call of a launch plan.</summary>
internal sealed class PlanStep
{
    public required int Index { get; init; }

    /// <summary>The outcome row that it belongs to.</summary>
    public required string Row { get; init; }

    public required Syscall Call { get; init; }

    public required IReadOnlyList<PlanArgument> Arguments { get; init; }

    /// <summary>Whether its failure ends the launch.</summary>
    public bool Fatal { get; set; } = true;

    /// <summary>The errno that counts as success: EEXIST of a directory that may be there.</summary>
    public int Tolerate { get; init; }

    /// <summary>The errno that it must fail with: the read-back of a refusal.</summary>
    public int Expect { get; init; }

    /// <summary>The result that it must have: the read-back of a value.</summary>
    public long? ExpectResult { get; init; }

    /// <summary>The step without whose success this one makes no sense.</summary>
    public PlanStep? Requires { get; init; }

    /// <summary>Where in the plan's data the result is stored for a later step's structure; 0 for nowhere.</summary>
    public int StoreAt { get; init; }

    /// <summary>The errno that a test makes it fail with, without a call; 0 for none.</summary>
    public int Inject { get; set; }

    /// <summary>As a preview prints it: byte-equal for equal plans.</summary>
    public override string ToString() => $"{Row}: {Call.Name}({string.Join(", ", Arguments.Select(a => a.Text))})";
}
