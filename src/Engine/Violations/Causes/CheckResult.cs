namespace Sandbox.Violations;

/// <summary>The outcome of one check: where it refuses, with which errno, who that is, and from what it follows.</summary>
internal readonly record struct CheckResult(Verdict Verdict, int Errno, SandboxViolationCause Cause, string Text, string? Suggestion)
{
    public static CheckResult Passes => default;

    public bool IsPass => Verdict == Verdict.Passes;

    public static CheckResult Undecided(string why) => new(Verdict.Undecided, 0, SandboxViolationCause.Unknown, why, null);

    public static CheckResult Refuses(int errno, SandboxViolationCause cause, string text, string? suggestion = null) => new(Verdict.Refuses, errno, cause, text, suggestion);
}
