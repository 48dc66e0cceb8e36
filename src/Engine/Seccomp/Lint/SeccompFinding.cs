namespace Sandbox.Seccomp;

/// <summary>What a check found in a policy.</summary>
/// <param name="RuleId">The stable id of the check.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Message">What was found.</param>
/// <param name="Witness">A call that shows it; the policy or program decides it as the message says.</param>
/// <param name="Fix">What to do.</param>
public sealed record SeccompFinding(string RuleId, SeccompFindingSeverity Severity, string Message, SeccompCall? Witness, string Fix)
{
    /// <inheritdoc/>
    public override string ToString() => $"{RuleId} ({Severity}): {Message}{(Witness is null ? "" : $" [{Witness}]")} {Fix}";
}
