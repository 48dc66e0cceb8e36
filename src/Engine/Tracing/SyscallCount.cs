namespace Sandbox.Tracing;

/// <summary>How often a traced tree made one system call of one architecture.</summary>
public sealed record SyscallCount
{
    /// <summary>The architecture as uname(2) names it, or the AUDIT_ARCH value in hexadecimal where it is unknown.</summary>
    public required string Architecture { get; init; }

    /// <summary>The number that the callers gave (seccomp_data.nr).</summary>
    public required int Syscall { get; init; }

    /// <summary>The call's name; null where no table has it.</summary>
    public string? Name { get; init; }

    /// <summary>How often it was called.</summary>
    public required long Count { get; init; }

    /// <summary>How many of these calls the policy refused.</summary>
    public long Denied { get; init; }

    /// <summary>The errno of the last refusal; null where there was none, or it was no errno.</summary>
    public int? Errno { get; init; }

    /// <summary>
    /// The values of arguments that select what the call does (flags, options, requests), by the argument's index from 0; null where there
    /// were more than 64.
    /// </summary>
    public IReadOnlyDictionary<int, IReadOnlyList<ulong>?> Arguments { get; init; } = new Dictionary<int, IReadOnlyList<ulong>?>();

    /// <inheritdoc/>
    public override string ToString() => $"{Name ?? $"#{Syscall}"} ×{Count}";
}
