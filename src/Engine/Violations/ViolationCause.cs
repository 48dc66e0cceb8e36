namespace Sandbox.Violations;

/// <summary>Who refused a call, from what that is concluded, and what would allow it.</summary>
internal readonly record struct ViolationCause(SandboxViolationCause Cause, IReadOnlyList<string> Evidence, string? Suggestion);
