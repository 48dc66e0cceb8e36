namespace Sandbox;

/// <summary>A system call that the policy of a run refused, with how often.</summary>
public sealed record SeccompDenialCount
{
    /// <summary>The call's name, or its number where no table has it.</summary>
    public required string Syscall { get; init; }

    /// <summary>The number that the target gave.</summary>
    public required int Number { get; init; }

    /// <summary>The architecture of the call.</summary>
    public required string Architecture { get; init; }

    /// <summary>What the policy said: <c>Errno(EPERM)</c>, <c>KillProcess</c>, …</summary>
    public required string Action { get; init; }

    /// <summary>How often.</summary>
    public required long Count { get; init; }

    /// <summary>The six arguments of the first one, raw.</summary>
    public required IReadOnlyList<ulong> Arguments { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Syscall} ×{Count}: {Action}";
}
