namespace Sandbox.Seccomp;

/// <summary>What a check found in a policy.</summary>
/// <param name="RuleId">The stable id of the check: one of <see cref="SeccompLint.RuleIds"/>.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Message">What was found.</param>
/// <param name="Witness">A call that shows it; the policy or program decides it as the message says.</param>
/// <param name="Fix">What to do.</param>
public sealed record SeccompFinding(string RuleId, SeccompFindingSeverity Severity, string Message, SeccompCall? Witness, string Fix)
{
    /// <summary>
    /// Where in the policy: the path of a property such as <c>Rules[3].Conditions[0]</c>; for a call that can be reached or can't, the
    /// rule that decides the witness, or <c>DefaultAction</c> where none does.
    /// </summary>
    public string Place { get; init; } = "";

    /// <summary>Why the policy's author means it so (<see cref="SeccompPolicy.Justifications"/>), or null.</summary>
    public string? Justification { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{RuleId} ({Severity}) at {Place}: {Message}{(Witness is null ? "" : $" [{Witness}]")} {(Justification is null ? Fix : $"Justified: {Justification}")}";
}
